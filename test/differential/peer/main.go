// Command peer is a kube-apiserver with nothing changed: the standard that the differential tests hold Milo against.
// It exists so that one `go build` makes one.
package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	os.Exit(cli.Run(app.NewAPIServerCommand()))
}
