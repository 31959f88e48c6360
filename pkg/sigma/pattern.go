package sigma

import (
	"slices"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// A box is a necessary condition on an event, in what patterns can select by. Empty lists ask for nothing.
type box struct {
	sources, names, kinds, errors, agents []string
	writes, reads                         bool
}

// boxes is a choice: a record that matches lies in one of them. None at all means that nothing can match.
type boxes []box

const (
	maxBoxes = 64
	maxNames = 500
	// EventBridge takes 2,048 characters of a pattern: names can be spread over several, errors cannot.
	maxErrors = 1000
)

func everything() boxes { return boxes{{}} }

// patternOf derives from a condition which events can fulfil it. Whatever a pattern cannot say is left out, so that the
// pattern selects too many events rather than too few. It is empty where no event can.
func patternOf(condition node, p *paths) detect.Pattern {
	d := deriving{p}
	var out detect.Pattern
	for _, b := range d.necessary(condition, false) {
		out = append(out, b.events()...)
	}
	return withReads(out)
}

type deriving struct{ *paths }

// necessary returns where a node, or its negation, can hold.
func (d deriving) necessary(n node, negated bool) boxes {
	switch n := n.(type) {
	case not:
		return d.necessary(n.node, !negated)
	case allOf:
		return d.combined(n, negated, negated)
	case anyOf:
		return d.combined(n, negated, !negated)
	case some:
		if negated {
			return everything()
		}
		return d.combined(n.nodes, false, true) // one of them at least
	case *test:
		if !negated {
			return d.ofTest(n)
		}
	}
	return everything()
}

// combined joins what parts need: one of them if any is set, all of them otherwise.
func (d deriving) combined(parts []node, negated, any bool) boxes {
	if any {
		var out boxes
		for _, part := range parts {
			if out = append(out, d.necessary(part, negated)...).simple(); len(out) > maxBoxes {
				return everything()
			}
		}
		return out
	}
	out := everything()
	for _, part := range parts {
		if both := out.and(d.necessary(part, negated)).simple(); len(both) <= maxBoxes {
			out = both // otherwise it stays with what it has, which is necessary too
		}
	}
	return out
}

func (a boxes) and(b boxes) boxes {
	var out boxes
	for _, x := range a {
		for _, y := range b {
			if both, possible := x.and(y); possible {
				out = append(out, both)
			}
		}
	}
	return out
}

// and returns what lies in two boxes, and whether there is such a thing.
func (b box) and(o box) (box, bool) {
	possible := true
	common := func(x, y []string) []string {
		switch {
		case len(x) == 0:
			return y
		case len(y) == 0:
			return x
		}
		var both []string
		for _, v := range x {
			if slices.Contains(y, v) {
				both = append(both, v)
			}
		}
		possible = possible && len(both) > 0
		return both
	}
	both := box{writes: b.writes || o.writes, reads: b.reads || o.reads}
	agents := b.agents // parts of one text do not exclude each other: keep one list
	if len(agents) == 0 {
		agents = o.agents
	}
	both.sources, both.names, both.kinds = common(b.sources, o.sources), common(b.names, o.names), common(b.kinds, o.kinds)
	both.errors, both.agents = common(b.errors, o.errors), agents
	return both, possible && (!both.writes || !both.reads)
}

// within reports whether every event of the box lies in another one.
func (b box) within(o box) bool {
	part := func(x, y []string) bool {
		return len(y) == 0 || len(x) > 0 && !slices.ContainsFunc(x, func(v string) bool { return !slices.Contains(y, v) })
	}
	return part(b.sources, o.sources) && part(b.names, o.names) && part(b.kinds, o.kinds) && part(b.errors, o.errors) &&
		part(b.agents, o.agents) && (b.writes || !o.writes) && (b.reads || !o.reads)
}

// simple leaves out the boxes that lie in others.
func (a boxes) simple() boxes {
	var out boxes
	for i, b := range a {
		covered := slices.ContainsFunc(a[:i], b.within) ||
			slices.ContainsFunc(a[i+1:], func(o box) bool { return b.within(o) && !o.within(b) })
		if !covered {
			out = append(out, b)
		}
	}
	return out
}

// ofTest returns where a test of a field can hold.
func (d deriving) ofTest(t *test) boxes {
	s := t.search
	if s.encode != "" || t.all && len(t.values) > 1 {
		return everything()
	}
	var b box
	var ok bool
	field := d.list[t.path]
	switch field {
	case "userAgent":
		b.agents, ok = each(t, agentPart)
	case "eventSource":
		b.sources, ok = each(t, exactly(func(v string) (string, bool) { return strings.ToLower(v), sourceForm().MatchString(strings.ToLower(v)) }))
	case "eventName":
		b.names, ok = each(t, exactly(func(v string) (string, bool) { return v, nameForm().MatchString(v) }))
		ok = ok && len(b.names) <= maxNames
	case "userIdentity.type":
		b.kinds, ok = each(t, exactly(callerKind))
	case "errorCode":
		b.errors, ok = each(t, exactly(func(v string) (string, bool) { return v, errorForm().MatchString(v) }))
		ok = ok && len(strings.Join(b.errors, " ")) <= maxErrors
	case "readOnly":
		b.writes, b.reads, ok = readOnly(t)
	}
	if !ok {
		return everything()
	}
	return boxes{b}
}

var (
	sourceForm = lazily(`^[a-z0-9-]+\.amazonaws\.com$`)
	// Patterns compare names and errors by letter case. A value in capitals only, or one that begins with a small letter,
	// is not as AWS writes them, and selects nothing rather than the wrong events.
	nameForm  = lazily(`^[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*$`)
	errorForm = lazily(`^[A-Z][A-Za-z0-9._-]*[a-z][A-Za-z0-9._-]*$`)
)

// each turns the values of a test into what a pattern can select by; ok is false where it cannot for one of them.
func each(t *test, turn func(s search, value string) (string, bool)) (out []string, ok bool) {
	for _, v := range t.values {
		turned, ok := turn(t.search, v)
		if !ok {
			return nil, false
		}
		if !slices.Contains(out, turned) {
			out = append(out, turned)
		}
	}
	return out, len(out) > 0
}

// exactly is for fields that patterns select by their whole value. AWS writes them in one letter case.
func exactly(turn func(string) (string, bool)) func(search, string) (string, bool) {
	return func(s search, value string) (string, bool) {
		parts := literals(pattern(value))
		if s.kind != "" || len(parts) != 1 || slices.ContainsFunc(pattern(value), func(r rune) bool { return r < 0 }) {
			return "", false
		}
		return turn(parts[0])
	}
}

// agentPart returns the longest text that a user agent contains for certain.
func agentPart(s search, value string) (string, bool) {
	switch s.kind {
	case "", "contains", "startswith", "endswith":
	default:
		return "", false
	}
	longest := ""
	for _, part := range literals(pattern(value)) {
		if len(part) > len(longest) {
			longest = part
		}
	}
	return longest, longest != "" && ascii([]byte(longest))
}

// callerKind returns a kind of caller in the letter case in which AWS writes it. Of those that AWS may add it knows none.
func callerKind(value string) (string, bool) {
	for _, kind := range []string{
		"Root", "IAMUser", "AssumedRole", "Role", "FederatedUser", "Directory", "AWSAccount", "AWSService",
		"IdentityCenterUser", "SAMLUser", "WebIdentityUser", "Unknown",
	} {
		if strings.EqualFold(kind, value) {
			return kind, true
		}
	}
	return "", false
}

func readOnly(t *test) (writes, reads, ok bool) {
	if t.search.kind != "" {
		return false, false, false
	}
	for _, v := range t.values {
		writes = writes || strings.EqualFold(v, "false")
		reads = reads || strings.EqualFold(v, "true")
		if !strings.EqualFold(v, "false") && !strings.EqualFold(v, "true") {
			return false, false, false
		}
	}
	return writes, reads, writes != reads
}

// events spells a box out as entries of a pattern.
func (b box) events() detect.Pattern {
	plain, dated := splitNames(b.names)
	var out detect.Pattern
	for _, source := range orEmpty(b.sources) {
		for _, kind := range orEmpty(b.kinds) {
			e := detect.Events{Source: source, Identity: kind, Errors: b.errors, Agents: b.agents, Writes: b.writes, Reads: b.reads}
			if len(b.names) == 0 {
				e.Every = source == "" && kind == "" && len(b.errors)+len(b.agents) == 0
				out = append(out, e)
				continue
			}
			if len(plain) > 0 {
				e.Names = plain
				out = append(out, e)
			}
			if len(dated) > 0 {
				e.Names, e.Dated = dated, true
				out = append(out, e)
			}
		}
	}
	return out
}

func orEmpty(list []string) []string {
	if len(list) == 0 {
		return []string{""}
	}
	return list
}

// splitNames parts event names from those that carry an API date, whose date it cuts off: patterns go without it.
func splitNames(names []string) (plain, dated []string) {
	for _, name := range names {
		switch base := cloudtrail.Undated(name); {
		case base == name:
			plain = append(plain, name)
		case !slices.Contains(dated, base):
			dated = append(dated, base)
		}
	}
	return plain, dated
}

// withReads repeats the entries that can mean read-only calls as such: EventBridge delivers those to rules only that ask
// for them. What it counts as read-only by its name it delivers to no other rule.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
func withReads(p detect.Pattern) detect.Pattern {
	out := slices.Clone(p)
	for _, e := range p {
		if e.Writes || e.Reads {
			continue
		}
		if len(e.Names) > 0 {
			var reads []string
			for _, name := range e.Names {
				if readingName(name) {
					reads = append(reads, name)
				}
			}
			if len(reads) == 0 {
				continue
			}
			e.Names = reads
		}
		e.Reads = true
		out = append(out, e)
	}
	return out
}

func readingName(name string) bool {
	if name == "GetFederationToken" || name == "GetSessionToken" {
		return false
	}
	return strings.HasPrefix(name, "Get") || strings.HasPrefix(name, "List") || strings.HasPrefix(name, "Describe")
}
