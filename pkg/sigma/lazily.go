package sigma

import (
	"regexp"
	"sync"
)

// lazily compiles an expression when it is first needed: a function that is given no rules need not pay for it.
func lazily(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
