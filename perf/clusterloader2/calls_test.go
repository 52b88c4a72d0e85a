package main

import (
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	measurementutil "k8s.io/perf-tests/clusterloader2/pkg/measurement/util"
)

const before = `
apiserver_request_duration_seconds_bucket{verb="GET",resource="secrets",scope="resource",le="0.1"} 10
apiserver_request_duration_seconds_bucket{verb="GET",resource="secrets",scope="resource",le="0.2"} 10
apiserver_request_duration_seconds_bucket{verb="GET",resource="secrets",scope="resource",le="+Inf"} 10
apiserver_request_total{verb="GET",resource="secrets",scope="resource",code="500"} 3
`
const after = `
apiserver_request_duration_seconds_bucket{verb="GET",resource="secrets",scope="resource",le="0.1"} 60
apiserver_request_duration_seconds_bucket{verb="GET",resource="secrets",scope="resource",le="0.2"} 110
apiserver_request_duration_seconds_bucket{verb="GET",resource="secrets",scope="resource",le="+Inf"} 110
apiserver_request_duration_seconds_bucket{verb="WATCH",resource="secrets",scope="namespace",le="+Inf"} 7
apiserver_request_total{verb="GET",resource="secrets",scope="resource",code="500"} 3
apiserver_request_total{verb="GET",resource="secrets",scope="resource",code="404"} 2
`

func TestCallsAreWhatCameBetweenTheScrapes(t *testing.T) {
	parse := func(text string) []*call {
		first, err := measurementutil.ExtractMetricSamples(before)
		if err != nil {
			t.Fatal(err)
		}
		last, err := measurementutil.ExtractMetricSamples(text)
		if err != nil {
			t.Fatal(err)
		}
		return callsBetween(first, last)
	}
	calls := parse(after)
	if len(calls) != 1 {
		t.Fatalf("%d kinds of calls, not 1: watches and what nobody called are left out", len(calls))
	}
	c := calls[0]
	if c.count() != 100 || c.clientErrors != 2 || c.serverErrors != 0 {
		t.Errorf("%v calls, %v and %v errors", c.count(), c.clientErrors, c.serverErrors)
	}
	for q, want := range map[float64]float64{0.5: 0.1, 0.75: 0.15, 1: 0.2} {
		if got := c.quantile(q); got < want-1e-9 || got > want+1e-9 {
			t.Errorf("quantile %v is %v, not %v", q, got, want)
		}
	}
	if calls := parse(before); len(calls) != 0 {
		t.Errorf("%d kinds of calls where nothing was called", len(calls))
	}
}

func TestEveryAnswerOf5xxIsAViolation(t *testing.T) {
	samples := func(text string) []*model.Sample {
		parsed, err := measurementutil.ExtractMetricSamples(text)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	first := samples("apiserver_request_total{verb=\"GET\",resource=\"secrets\",code=\"500\"} 3\n")
	same := serverErrorsBetween(first, first)
	if len(same) != 0 || violations(nil, same, 0) != nil {
		t.Errorf("what was before the run is no violation: %v", same)
	}
	last := samples(`
apiserver_request_total{verb="GET",resource="secrets",code="500"} 3
apiserver_request_total{verb="GET",resource="secrets",code="404"} 3
apiserver_request_total{verb="WATCH",resource="secrets",code="503"} 2
apiserver_request_total{verb="GET",resource="",code="500"} 1
`)
	err := violations(nil, serverErrorsBetween(first, last), 0)
	for _, want := range []string{"WATCH secrets: 503 (2 answers)", "GET: 500 (1 answers)"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

func TestAHistogramIsTheSumOfItsSeries(t *testing.T) {
	samples, err := measurementutil.ExtractMetricSamples(`
writes_bucket{resource="a",le="0.01"} 5
writes_bucket{resource="a",le="+Inf"} 5
writes_bucket{resource="b",le="0.01"} 0
writes_bucket{resource="b",le="+Inf"} 5
`)
	if err != nil {
		t.Fatal(err)
	}
	c := histogramBetween(nil, samples, "writes_bucket")
	if c.count() != 10 || c.quantile(0.5) != 0.01 {
		t.Errorf("%v in all, and half of them within %v s", c.count(), c.quantile(0.5))
	}
}
