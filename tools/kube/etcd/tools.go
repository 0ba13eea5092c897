//go:build tools

// Package tools names the store that the API server of the tests is run with.
package tools

import _ "go.etcd.io/etcd/server/v3"
