package iampolicy

import "strings"

// fresh stands for a character that no real name holds: in a probe, only a wildcard can match it. A pattern that
// matches a probe made of it therefore matches every name of that shape, however the pattern is spelt.
const fresh = "\x01"

// probeLengths are the lengths of the names that probes stand for. Real action names have between six and forty
// characters, so that a pattern such as "iam:????????*" leaves out next to nothing.
func probeLengths() []int { return []int{10, 25} }

// A matcher matches wildcard patterns within a bound on its work.
type matcher struct {
	steps     int
	exhausted bool
}

// match reports whether an IAM pattern matches a text: * is any text, also empty, and ? is one character.
func (m *matcher) match(pattern, text string) bool {
	p, t := 0, 0
	star, resume := -1, 0
	for t < len(text) {
		if m.steps--; m.steps < 0 {
			m.exhausted = true
			return false
		}
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			resume++
			p, t = star+1, resume
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

func (m *matcher) matchAny(patterns []string, text string) bool {
	for _, p := range patterns {
		if m.match(p, text) {
			return true
		}
	}
	return false
}

// wholeService reports whether the action patterns together match every action of a service. Lists such as
// "iam:a*", "iam:b*" … count, as each initial letter is probed.
func (m *matcher) wholeService(patterns []string, service string) bool {
	for _, n := range probeLengths() {
		for c := 'a'; c <= 'z'; c++ {
			if !m.matchAny(patterns, service+":"+string(c)+strings.Repeat(fresh, n-1)) {
				return false
			}
		}
	}
	return true
}

// everything reports whether the action patterns together match every action of every service.
func (m *matcher) everything(patterns []string) bool {
	for c := 'a'; c <= 'z'; c++ {
		if !m.wholeService(patterns, string(c)+strings.Repeat(fresh, 2)) {
			return false
		}
	}
	return true
}

// anyResource reports whether a statement reaches every resource of a service, or all of one kind where the kind
// alone is as good as all. An account in the ARN narrows nothing: a policy acts in its own account.
func (m *matcher) anyResource(s statement, svc service) bool {
	if len(s.notResources) > 0 {
		return !m.anyARN(s.notResources, anyService())
	}
	return !s.hasResource || m.anyARN(s.resources, svc)
}

func (m *matcher) anyARN(patterns []string, svc service) bool {
	for _, p := range patterns {
		if strings.ContainsAny(p, "*?") && m.arnCovers(p, svc) {
			return true
		}
	}
	return false
}

func (m *matcher) arnCovers(pattern string, svc service) bool {
	name := strings.Repeat(fresh, 12)
	partition, accounts := "aws", []string{"", name}
	if parts := strings.SplitN(pattern, ":", 6); len(parts) > 2 {
		if !strings.ContainsAny(parts[1], "*?") {
			partition = parts[1]
		}
		if len(parts) > 5 && !strings.ContainsAny(parts[4], "*?") {
			accounts = append(accounts, parts[4])
		}
	}
	rests := []string{name, name + "/" + name}
	for _, kind := range svc.kinds {
		rests = append(rests, kind+name)
	}
	for _, region := range []string{"", name} {
		for _, account := range accounts {
			for _, rest := range rests {
				if m.match(pattern, "arn:"+partition+":"+svc.prefix+":"+region+":"+account+":"+rest) {
					return true
				}
			}
		}
	}
	return false
}

// allStars reports whether some pattern is nothing but stars, so that no spelling of a resource escapes it.
func allStars(patterns []string) bool {
	for _, p := range patterns {
		if p != "" && strings.Trim(p, "*") == "" {
			return true
		}
	}
	return false
}
