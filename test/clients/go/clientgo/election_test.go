package clientgo

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"

	. "milo.test/clients/harness"
)

// Long enough that a busy machine renews in time.
const leaseDuration = 4 * time.Second

// Who led, in the order in which they said so.
type terms struct {
	mutex sync.Mutex
	lines []string
}

func (l *terms) add(line string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.lines = append(l.lines, line)
}

func (l *terms) has(line string) func() bool {
	return func() bool {
		l.mutex.Lock()
		defer l.mutex.Unlock()
		return slices.Contains(l.lines, line)
	}
}

// A candidate runs until its context ends; with release it then gives the lease up.
func candidate(t *testing.T, ctx context.Context, namespace, name string, release bool, log *terms) <-chan struct{} {
	t.Helper()
	clients := Clients(t, Config(t))
	elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
		Lock: &resourcelock.LeaseLock{
			LeaseMeta:  metav1.ObjectMeta{Namespace: namespace, Name: "leader"},
			Client:     clients.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: name},
		},
		LeaseDuration:   leaseDuration,
		RenewDeadline:   leaseDuration * 3 / 4,
		RetryPeriod:     200 * time.Millisecond,
		ReleaseOnCancel: release,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(context.Context) { log.add(name + " leads") },
			OnStoppedLeading: func() { log.add(name + " stops") },
		},
	})
	Ok(t, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		elector.Run(ctx)
	}()
	return ended
}

func checkHandOver(t *testing.T, release bool) {
	t.Helper()
	namespace := Namespace(t)
	log := &terms{}
	firstContext, endFirst := context.WithCancel(Context(t))
	defer endFirst()
	firstEnded := candidate(t, firstContext, namespace, "first", release, log)
	Eventually(t, "the first leads", log.has("first leads"))
	secondContext, endSecond := context.WithCancel(Context(t))
	secondEnded := candidate(t, secondContext, namespace, "second", true, log)
	time.Sleep(500 * time.Millisecond)
	True(t, "the second waits", !log.has("second leads")())

	started := time.Now()
	endFirst()
	<-firstEnded
	Eventually(t, "the second leads", log.has("second leads"))
	if release {
		True(t, "a released lease is taken before it expires", time.Since(started) < leaseDuration, time.Since(started))
	} else {
		True(t, "a lease that is held is not taken before it expires", time.Since(started) > time.Second, time.Since(started))
	}
	lease, err := Clients(t, Config(t)).CoordinationV1().Leases(namespace).Get(Context(t), "leader", metav1.GetOptions{})
	Ok(t, err)
	Is(t, "holder", *lease.Spec.HolderIdentity, "second")
	Is(t, "transitions", *lease.Spec.LeaseTransitions, int32(1))
	endSecond()
	<-secondEnded
}

func TestLeaderElectionByRelease(t *testing.T) { checkHandOver(t, true) }
func TestLeaderElectionByExpiry(t *testing.T)  { checkHandOver(t, false) }

// Many candidates start at once and none leads while another does.
func TestLeaderElectionOfMany(t *testing.T) {
	namespace := Namespace(t)
	log := &terms{}
	ctx, end := context.WithCancel(Context(t))
	var ended []<-chan struct{}
	for i := range 5 {
		ended = append(ended, candidate(t, ctx, namespace, fmt.Sprint("c", i), true, log))
	}
	time.Sleep(leaseDuration)
	log.mutex.Lock()
	leaders := len(log.lines)
	log.mutex.Unlock()
	Is(t, "leaders", leaders, 1)
	end()
	for _, one := range ended {
		<-one
	}
}

// A leader keeps its lease when the server is away for less than the renewal deadline allows, or takes it again.
func TestRestartUnderLeaderElection(t *testing.T) {
	namespace := Namespace(t)
	log := &terms{}
	ctx, end := context.WithCancel(Context(t))
	ended := candidate(t, ctx, namespace, "one", true, log)
	Eventually(t, "it leads", log.has("one leads"))
	Restart(t)
	next, endNext := context.WithCancel(Context(t))
	nextEnded := candidate(t, next, namespace, "two", true, log)
	end()
	<-ended
	Eventually(t, "the next leads", log.has("two leads"))
	endNext()
	<-nextEnded
}
