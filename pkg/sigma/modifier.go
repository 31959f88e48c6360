package sigma

import (
	"slices"
	"strings"
)

// A search is what a key of a selection asks for: a field and what its modifiers make of the values.
type search struct {
	field  string // "" for the whole record
	kind   string // "", contains, startswith, endswith, re, cidr, exists, fieldref, lt, lte, gt or gte
	within string // contains, startswith or endswith beside fieldref
	encode string // base64 or base64offset
	flags  string // of re: i, m and s
	cased  bool
	all    bool
}

// parseSearch reads a key such as "userAgent|contains|all".
func (r *reader) parseSearch(line int, key string) (s search, ok bool) {
	field, modifiers, _ := strings.Cut(key, "|")
	s.field = field
	if modifiers == "" {
		if strings.HasSuffix(key, "|") {
			r.fail(line, "%s: a modifier is missing after \"|\"", shown(key))
			return s, false
		}
		return s, true
	}
	for m := range strings.SplitSeq(modifiers, "|") {
		if wrong := s.modify(m); wrong != "" {
			r.fail(line, "%s: %s", shown(key), wrong)
			return s, false
		}
	}
	if wrong := s.contradiction(); wrong != "" {
		r.fail(line, "%s: %s", shown(key), wrong)
		return s, false
	}
	return s, true
}

// modify applies a modifier, and says what is wrong with it.
func (s *search) modify(m string) (wrong string) {
	switch m {
	case "contains", "startswith", "endswith":
		if s.kind == "fieldref" && s.within == "" {
			s.within = m
			return ""
		}
		return s.is(m)
	case "fieldref":
		if slices.Contains([]string{"contains", "startswith", "endswith"}, s.kind) {
			s.within, s.kind = s.kind, ""
		}
		return s.is(m)
	case "re", "cidr", "exists", "lt", "lte", "gt", "gte":
		return s.is(m)
	case "i", "m", "s":
		if s.kind != "re" {
			return "modifier " + m + " stands behind re only: write |re|" + m
		}
		s.flags += m
	case "all":
		s.all = true
	case "cased":
		s.cased = true
	case "base64", "base64offset":
		if s.encode != "" {
			return "two encodings: write one"
		}
		s.encode = m
	default:
		return unsupported(m)
	}
	return ""
}

func (s *search) is(kind string) (wrong string) {
	if s.kind != "" {
		return "modifiers " + s.kind + " and " + kind + " do not go together: write two keys, or use wildcards"
	}
	s.kind = kind
	return ""
}

func (s *search) contradiction() (wrong string) {
	whole := s.field == "" && (s.kind != "" && s.kind != "contains" || s.encode != "")
	switch {
	case s.cased && !s.text() && s.kind != "fieldref":
		return "modifier cased is for text, not for " + s.kind
	case s.encode != "" && !s.text():
		return "modifier " + s.encode + " is for text, not for " + s.kind
	case s.all && s.kind == "exists":
		return "modifiers all and exists do not go together"
	case whole:
		return "the whole record is searched with |all or |contains only: name a field before \"|\""
	case s.encode == "base64offset" && s.kind != "contains":
		return "modifier base64offset needs contains behind it: write |base64offset|contains"
	}
	return ""
}

// text reports whether the values are texts in which wildcards count.
func (s *search) text() bool {
	return s.kind == "" || s.kind == "contains" || s.kind == "startswith" || s.kind == "endswith"
}

func unsupported(m string) string {
	switch m {
	case "windash", "wide", "utf16", "utf16le", "utf16be":
		return "modifier " + m + " is not supported: it is about Windows, which no CloudTrail record is; leave it out"
	case "expand":
		return "modifier expand is not supported: there are no placeholders here; write the values out"
	case "neq":
		return "modifier neq is not supported: put the values into a selection of their own and write \"not\" before it in the condition"
	case "minute", "hour", "day", "week", "month", "year":
		return "modifier " + m + " is not supported: compare eventTime as text, such as eventTime|contains: 'T03:'"
	case "":
		return "a modifier is missing after \"|\""
	}
	return "no modifier " + shown(m) + ": there are contains, startswith, endswith, all, re (with i, m, s), cidr, exists, cased, fieldref, lt, lte, gt, gte, base64 and base64offset"
}
