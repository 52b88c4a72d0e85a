// Runs ClusterLoader2's tests against a control plane that has no nodes.
//
// The test engine, tuning sets, templates and measurements are ClusterLoader2's own packages. Its own main is not used
// for one reason: it refuses to start where no schedulable node is listed, and asks for masters, kubelets and images.
// Whatever needs nodes, pods or ssh to a master is not here: its measurements answer that they are disabled.
package main

import (
	"fmt"
	"os"
	"time"

	"k8s.io/klog"
	"k8s.io/perf-tests/clusterloader2/pkg/config"
	"k8s.io/perf-tests/clusterloader2/pkg/flags"
	"k8s.io/perf-tests/clusterloader2/pkg/framework"
	_ "k8s.io/perf-tests/clusterloader2/pkg/measurement/common"
	_ "k8s.io/perf-tests/clusterloader2/pkg/measurement/common/slos"
	"k8s.io/perf-tests/clusterloader2/pkg/modifier"
	"k8s.io/perf-tests/clusterloader2/pkg/test"
)

// Each client of ClusterLoader2 sends at most 100 requests in a second, by a constant of its own.
const defaultClients = 4

type options struct {
	loader               config.ClusterLoaderConfig
	testConfigs          []string
	overrides            []string
	prometheusKubeconfig string
	clients              int
}

func readOptions() (*options, error) {
	o := &options{}
	cluster := &o.loader.ClusterConfig
	flags.StringEnvVar(&cluster.KubeConfigPath, "kubeconfig", "KUBECONFIG", "", "kubeconfig of the control plane under test")
	flags.StringArrayVar(&o.testConfigs, "testconfig", nil, "path of a test; may be given several times")
	flags.StringArrayVar(&o.overrides, "testoverrides", nil, "path of a file with values for the tests' CL2_ variables")
	flags.StringVar(&o.loader.ReportDir, "report-dir", "", "directory for the summaries; without one they are printed")
	flags.StringVar(&o.prometheusKubeconfig, "prometheus-kubeconfig", "",
		"kubeconfig that leads to a Prometheus; without one, measurements that query it are skipped")
	flags.IntVar(&o.clients, "clients", defaultClients, "number of clients, 100 requests per second each")
	modifier.InitFlags(&o.loader.ModifierConfig)
	if err := flags.Parse(); err != nil {
		return nil, err
	}
	if cluster.KubeConfigPath == "" {
		return nil, fmt.Errorf("--kubeconfig, or the variable KUBECONFIG, must name a file")
	}
	if len(o.testConfigs) == 0 {
		return nil, fmt.Errorf("--testconfig must be given")
	}
	if o.clients < 1 {
		return nil, fmt.Errorf("--clients must be at least 1")
	}
	// Tests may read how many nodes there are; a control plane without nodes is one machine to them.
	cluster.Nodes = 1
	cluster.Provider = "skeleton"
	cluster.SSHToMasterSupported = false
	cluster.DeleteAutomanagedNamespaces = true
	return o, nil
}

func run(o *options) error {
	if o.loader.ReportDir != "" {
		if err := os.MkdirAll(o.loader.ReportDir, 0o755); err != nil {
			return err
		}
	}
	underTest, err := framework.NewFramework(&o.loader.ClusterConfig, o.clients)
	if err != nil {
		return err
	}
	var prometheus *framework.Framework
	if o.prometheusKubeconfig != "" {
		reached := o.loader.ClusterConfig
		reached.KubeConfigPath = o.prometheusKubeconfig
		if prometheus, err = framework.NewFramework(&reached, 1); err != nil {
			return err
		}
	}
	failed := 0
	for _, path := range o.testConfigs {
		o.loader.TestScenario.ConfigPath = path
		o.loader.TestScenario.OverridePaths = o.overrides
		start := time.Now()
		status := "Success"
		if errors := test.RunTest(underTest, prometheus, &o.loader); !errors.IsEmpty() {
			failed++
			status = "Fail"
			klog.Errorf("%s: %s", path, errors.String())
		}
		fmt.Printf("%s: %s in %.1f s\n", path, status, time.Since(start).Seconds())
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d tests failed", failed, len(o.testConfigs))
	}
	return nil
}

func main() {
	defer klog.Flush()
	o, err := readOptions()
	if err != nil {
		klog.Flush()
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := run(o); err != nil {
		klog.Flush()
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
