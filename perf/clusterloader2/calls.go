package main

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"

	"github.com/prometheus/common/model"
	measurementutil "k8s.io/perf-tests/clusterloader2/pkg/measurement/util"
)

// The calls of one verb, resource and scope between two scrapes. Watches are left out, since they last as long as
// somebody watches.
type call struct {
	key          callKey
	buckets      map[float64]float64
	serverErrors float64
	clientErrors float64
}

type callKey struct{ verb, resource, subresource, scope string }

func (k callKey) String() string {
	return strings.TrimRight(fmt.Sprintf("%s %s %s %s", k.verb, k.resource, k.subresource, k.scope), " ")
}

func nameOf(sample *model.Sample) string { return string(sample.Metric[model.MetricNameLabel]) }

// The sum of all series of the name.
func valueOf(samples []*model.Sample, name string) float64 {
	sum := 0.0
	for _, sample := range samples {
		if nameOf(sample) == name {
			sum += float64(sample.Value)
		}
	}
	return sum
}

func callsBetween(before, after []*model.Sample) []*call {
	calls := map[callKey]*call{}
	addCalls(calls, after, 1)
	addCalls(calls, before, -1)
	var counted []*call
	for _, c := range calls {
		if c.count() > 0 {
			counted = append(counted, c)
		}
	}
	sort.Slice(counted, func(i, j int) bool { return counted[i].quantile(0.99) > counted[j].quantile(0.99) })
	return counted
}

func addCalls(calls map[callKey]*call, samples []*model.Sample, sign float64) {
	for _, sample := range samples {
		name := nameOf(sample)
		if name != durationBuckets && name != requestTotal {
			continue
		}
		label := func(name model.LabelName) string { return string(sample.Metric[name]) }
		key := callKey{label("verb"), label("resource"), label("subresource"), label("scope")}
		if key.verb == "WATCH" || key.resource == "" {
			continue
		}
		c, known := calls[key]
		if !known {
			c = &call{key: key, buckets: map[float64]float64{}}
			calls[key] = c
		}
		value := sign * float64(sample.Value)
		if name == durationBuckets {
			if bound, err := strconv.ParseFloat(label("le"), 64); err == nil {
				c.buckets[bound] += value
			}
			continue
		}
		switch code := label("code"); {
		case strings.HasPrefix(code, "5"):
			c.serverErrors += value
		case strings.HasPrefix(code, "4"):
			c.clientErrors += value
		}
	}
}

// How many answers of 5xx there were between two scrapes, by verb, resource and code: of every request, also of watches
// and of paths that are no resource's, which are no calls.
func serverErrorsBetween(before, after []*model.Sample) map[string]float64 {
	counts := map[string]float64{}
	add := func(samples []*model.Sample, sign float64) {
		for _, sample := range samples {
			code := string(sample.Metric["code"])
			if nameOf(sample) != requestTotal || !strings.HasPrefix(code, "5") {
				continue
			}
			key := callKey{
				verb: string(sample.Metric["verb"]), resource: string(sample.Metric["resource"]),
				subresource: string(sample.Metric["subresource"]), scope: string(sample.Metric["scope"]),
			}
			counts[fmt.Sprintf("%s: %s", key, code)] += sign * float64(sample.Value)
		}
	}
	add(after, 1)
	add(before, -1)
	for name, count := range counts {
		if count <= 0 {
			delete(counts, name)
		}
	}
	return counts
}

// All series of a histogram as one.
func histogramBetween(before, after []*model.Sample, name string) *call {
	c := &call{buckets: map[float64]float64{}}
	add := func(samples []*model.Sample, sign float64) {
		for _, sample := range samples {
			if nameOf(sample) != name {
				continue
			}
			if bound, err := strconv.ParseFloat(string(sample.Metric["le"]), 64); err == nil {
				c.buckets[bound] += sign * float64(sample.Value)
			}
		}
	}
	add(after, 1)
	add(before, -1)
	return c
}

func (c *call) count() float64 { return c.buckets[math.Inf(1)] }

// In seconds, by linear interpolation within a bucket, as Prometheus' histogram_quantile.
func (c *call) quantile(q float64) float64 {
	bounds := make([]float64, 0, len(c.buckets))
	for bound := range c.buckets {
		bounds = append(bounds, bound)
	}
	sort.Float64s(bounds)
	rank := q * c.count()
	lower, below := 0.0, 0.0
	for _, bound := range bounds {
		within := c.buckets[bound]
		if within >= rank {
			if math.IsInf(bound, 1) {
				return lower
			}
			return lower + (bound-lower)*(rank-below)/math.Max(within-below, 1)
		}
		lower, below = bound, within
	}
	return lower
}

// In milliseconds.
func (c *call) percentiles() map[string]float64 {
	return map[string]float64{
		"Perc50": c.quantile(0.5) * 1000, "Perc90": c.quantile(0.9) * 1000, "Perc99": c.quantile(0.99) * 1000,
	}
}

func itemsOf(calls []*call) []measurementutil.DataItem {
	items := []measurementutil.DataItem{}
	for _, c := range calls {
		items = append(items, measurementutil.DataItem{
			Unit: "ms",
			Data: c.percentiles(),
			Labels: map[string]string{
				"Verb": c.key.verb, "Resource": c.key.resource, "Subresource": c.key.subresource, "Scope": c.key.scope,
				"Count":        strconv.FormatFloat(c.count(), 'f', -1, 64),
				"ClientErrors": strconv.FormatFloat(c.clientErrors, 'f', -1, 64),
				"ServerErrors": strconv.FormatFloat(c.serverErrors, 'f', -1, 64),
			},
		})
	}
	return items
}
