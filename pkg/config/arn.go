package config

import (
	"strings"
)

// An ARN is an Amazon Resource Name in its parts.
type ARN struct{ Partition, Service, Region, Account, Resource string }

// ParseARN takes an ARN apart. It reports false for what has not six parts.
func ParseARN(text string) (ARN, bool) {
	p := strings.SplitN(text, ":", 6)
	if len(p) != 6 || p[0] != "arn" {
		return ARN{}, false
	}
	return ARN{p[1], p[2], p[3], p[4], p[5]}, true
}

var partition = lazily(`^aws(-[a-z]+)*$`)
