package config

import (
	"regexp"
	"sync"
)

// lazily compiles an expression when it is first needed: a function that starts without a configuration needs none, and
// compiling them all would be a good part of its start.
func lazily(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
