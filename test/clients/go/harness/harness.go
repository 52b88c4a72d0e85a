// Package harness gives a test its place in a running server: the connection the environment names
// (MILO_KUBECONFIG: of the platform, or of a project's control plane), a namespace of its own, and the means to wait.
// It starts no server; go.clients.test.ts does, and restarts it when a test asks.
package harness

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	// Long enough for a busy machine: it is only spent by a test that fails.
	deadline     = 30 * time.Second
	pollInterval = 20 * time.Millisecond
)

// Protobuf and JSON are content types of rest.Config.
const (
	Protobuf = "application/vnd.kubernetes.protobuf"
	JSON     = "application/json"
)

// Config is the connection to the control plane under test, without client-side throttling.
func Config(t *testing.T) *rest.Config {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("MILO_KUBECONFIG"))
	Ok(t, err)
	config.QPS = -1
	return config
}

// Clients is the typed client of config.
func Clients(t *testing.T, config *rest.Config) *kubernetes.Clientset {
	t.Helper()
	clients, err := kubernetes.NewForConfig(config)
	Ok(t, err)
	return clients
}

// InProject says whether the control plane under test is a project's.
func InProject(config *rest.Config) bool {
	return strings.Contains(config.Host, "/projects/")
}

// Context ends with the test.
func Context(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*deadline)
	t.Cleanup(cancel)
	return ctx
}

// ID is a word no other test uses, fit for the name of anything.
func ID(t *testing.T) string {
	t.Helper()
	name := strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))
	if len(name) > 40 {
		name = name[:40]
	}
	return name + "-" + rand.String(5)
}

// Namespace makes a namespace for the test alone; it goes with the test.
func Namespace(t *testing.T) string {
	t.Helper()
	clients := Clients(t, Config(t))
	name := ID(t)
	_, err := clients.CoreV1().Namespaces().Create(Context(t),
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	Ok(t, err)
	t.Cleanup(func() {
		err := clients.CoreV1().Namespaces().Delete(context.Background(), name, metav1.DeleteOptions{})
		Ok(t, err)
	})
	return name
}

// Ok fails the test at once when there is an error.
func Ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Is fails the test at once when what is found is not what is wanted.
func Is[T comparable](t *testing.T, what string, found, wanted T) {
	t.Helper()
	if found != wanted {
		t.Fatalf("%s: found %v, wanted %v", what, found, wanted)
	}
}

// True fails the test at once unless the condition holds.
func True(t *testing.T, what string, holds bool, shown ...any) {
	t.Helper()
	if !holds {
		t.Fatalf("not so: %s %s", what, fmt.Sprint(shown...))
	}
}

// Eventually waits for what must become true.
func Eventually(t *testing.T, what string, isTrue func() bool) {
	t.Helper()
	for end := time.Now().Add(deadline); !isTrue(); time.Sleep(pollInterval) {
		if time.Now().After(end) {
			t.Fatalf("did not come true: %s", what)
		}
	}
}

// Restart has the server ended and started again on the same data and port, and returns when it serves. Only tests
// whose name begins with TestRestart may ask, since they have a server to themselves.
func Restart(t *testing.T) {
	t.Helper()
	fmt.Println("@restart")
	answer, err := bufio.NewReader(os.Stdin).ReadString('\n')
	Ok(t, err)
	Is(t, "answer to @restart", strings.TrimSpace(answer), "restarted")
}

// Exchange is a request and what came back, as a Recorder keeps it.
type Exchange struct {
	Method       string
	URL          string
	RequestType  string
	ResponseType string
	Status       int
}

// Recorder keeps what a client has asked and in which encoding it was answered.
type Recorder struct {
	mutex     sync.Mutex
	exchanges []Exchange
}

// Record puts a recorder in front of the transport of config.
func Record(config *rest.Config) *Recorder {
	recorder := &Recorder{}
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			response, err := next.RoundTrip(request)
			if err != nil {
				return nil, err
			}
			recorder.mutex.Lock()
			defer recorder.mutex.Unlock()
			recorder.exchanges = append(recorder.exchanges, Exchange{
				Method:       request.Method,
				URL:          request.URL.String(),
				RequestType:  request.Header.Get("Content-Type"),
				ResponseType: response.Header.Get("Content-Type"),
				Status:       response.StatusCode,
			})
			return response, nil
		})
	})
	return recorder
}

// Exchanges answers what was recorded so far and matches.
func (r *Recorder) Exchanges(matches func(Exchange) bool) []Exchange {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var found []Exchange
	for _, exchange := range r.exchanges {
		if matches(exchange) {
			found = append(found, exchange)
		}
	}
	return found
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }
