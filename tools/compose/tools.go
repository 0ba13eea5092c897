//go:build tools

// Package tools names what judges the compose files.
package tools

import _ "github.com/docker/compose/v2/cmd"
