//go:build tools

// Package tools names what the tests of the chart are run with.
package tools

import _ "helm.sh/helm/v3/cmd/helm"
