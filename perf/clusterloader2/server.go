package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"k8s.io/client-go/rest"
	frameworkconfig "k8s.io/perf-tests/clusterloader2/pkg/framework/config"
	"k8s.io/perf-tests/clusterloader2/pkg/measurement"
)

// What a server says of itself is at its root, also where the kubeconfig leads to one control plane below it.
type server struct {
	root   string
	client *http.Client
}

func serverOf(config *measurement.Config) (*server, error) {
	prepared, err := frameworkconfig.PrepareConfig(config.ClusterFramework.GetClusterConfig().KubeConfigPath)
	if err != nil {
		return nil, err
	}
	transport, err := rest.TransportFor(prepared)
	if err != nil {
		return nil, err
	}
	host, err := url.Parse(prepared.Host)
	if err != nil {
		return nil, err
	}
	host.Path = ""
	return &server{root: host.String(), client: &http.Client{Transport: transport}}, nil
}

// The body of an answer of 200; any other answer is an error.
func (s *server) get(path string, timeout time.Duration) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.root+path, nil)
	if err != nil {
		return nil, err
	}
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s: %s", path, response.Status)
	}
	return body, nil
}
