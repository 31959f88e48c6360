package cloudtrail

import "riposte/pkg/cloudtrail/internal/jsonscan"

// A Route is what routing needs of a record. Its fields alias the record's bytes.
type Route struct {
	Source   []byte // eventSource
	Name     []byte // eventName without its API date
	Identity []byte // userIdentity.type
	Caller   []byte // userIdentity.arn as it stands in the record, escapes and all
	Error    []byte // errorCode; empty where the call succeeded
	Agent    []byte // userAgent as it stands in the record, escapes and all
	Complete bool   // false where the scanner met something that only the full decoder can read
}

// scanDepth stays well inside maxDepth, so that whatever the scanner takes the decoder takes too.
const scanDepth = maxDepth / 2

// Scan extracts a Route from a record, or from an EventBridge event that carries one, in one pass and without
// allocating. Where it meets anything out of the ordinary (escapes, keys twice or in another letter case, values of
// another type, broken JSON) it returns a Route that is not Complete, and the caller decodes in full. A Route that is
// Complete says what DecodeAny says.
func Scan(b []byte) Route {
	if len(b) > maxSize {
		return Route{}
	}
	r, end := scanOuter(b)
	if end < 0 || jsonscan.Space(b, end) != len(b) || len(r.Source) == 0 || len(r.Name) == 0 {
		return Route{}
	}
	r.Name = undated(r.Name)
	r.Complete = true
	return r
}

// scanOuter reads the outermost object: a record, or an envelope whose detail is one. What is both is neither.
func scanOuter(b []byte) (Route, int) {
	var outer, inner Route
	var s scanned
	o := jsonscan.Members(b, 0)
	for o.Next() {
		if named(&o, "detail", &s.detail) {
			inner, o.At = scanRecord(b, o.At)
		} else {
			s.member(b, &o, &outer)
		}
		if s.odd() {
			return Route{}, jsonscan.Malformed
		}
	}
	switch {
	case !s.detail.seen:
		return outer, o.At
	case s.source.seen || s.name.seen || s.identity.seen || s.error.seen || s.agent.seen:
		return Route{}, jsonscan.Malformed
	}
	return inner, o.At
}

func scanRecord(b []byte, i int) (r Route, end int) {
	var s scanned
	o := jsonscan.Members(b, i)
	for o.Next() {
		s.member(b, &o, &r)
		if s.odd() {
			return Route{}, jsonscan.Malformed
		}
	}
	return r, o.At
}

// scanned keeps count of the members that a scan wants.
type scanned struct{ source, name, identity, error, agent, detail sighting }

// A sighting is odd when a key was met twice or in a spelling that only the decoder can match.
type sighting struct{ seen, odd bool }

func (s *scanned) odd() bool {
	return s.source.odd || s.name.odd || s.identity.odd || s.error.odd || s.agent.odd || s.detail.odd
}

// member reads one member of a record and moves the walk behind its value.
func (s *scanned) member(b []byte, o *jsonscan.Object, r *Route) {
	switch {
	case named(o, "eventSource", &s.source):
		r.Source, o.At = plainText(b, o.At)
	case named(o, "eventName", &s.name):
		r.Name, o.At = plainText(b, o.At)
	case named(o, "userIdentity", &s.identity):
		r.Identity, r.Caller, o.At = scanIdentity(b, o.At)
	case named(o, "errorCode", &s.error):
		r.Error, o.At = scanOptional(b, o.At, plainText)
	case named(o, "userAgent", &s.agent):
		r.Agent, o.At = scanOptional(b, o.At, rawText)
	default:
		o.At = jsonscan.Value(b, o.At, scanDepth)
	}
}

// scanOptional reads a text that may be null.
func scanOptional(b []byte, i int, read func([]byte, int) ([]byte, int)) (text []byte, end int) {
	if i < len(b) && b[i] == 'n' {
		return nil, jsonscan.Value(b, i, scanDepth)
	}
	return read(b, i)
}

// rawText returns the bytes of the string at b[i] between its quotes.
func rawText(b []byte, i int) (text []byte, end int) {
	if i >= len(b) || b[i] != '"' {
		return nil, jsonscan.Malformed
	}
	if end, _ = jsonscan.String(b, i); end < 0 {
		return nil, jsonscan.Malformed
	}
	return b[i+1 : end-1], end
}

func scanIdentity(b []byte, i int) (kind, arn []byte, end int) {
	if i < len(b) && b[i] == 'n' {
		return nil, nil, jsonscan.Value(b, i, scanDepth)
	}
	var types, arns sighting
	o := jsonscan.Members(b, i)
	for o.Next() {
		switch {
		case named(&o, "type", &types):
			kind, o.At = plainText(b, o.At)
		case named(&o, "arn", &arns):
			arn, o.At = scanOptional(b, o.At, rawText)
		default:
			o.At = jsonscan.Value(b, o.At, scanDepth)
		}
		if types.odd || arns.odd {
			return nil, nil, jsonscan.Malformed
		}
	}
	return kind, arn, o.At
}

// named reports whether the walk stands at the wanted key, and notes what is odd about it.
func named(o *jsonscan.Object, want string, s *sighting) bool {
	if o.Escaped {
		s.odd = true
		return false
	}
	if len(o.Key) != len(want) {
		return false
	}
	if string(o.Key) == want {
		s.odd = s.seen
		s.seen = true
		return true
	}
	if sameFold(o.Key, want) {
		s.odd = true
	}
	return false
}

// plainText returns the string at b[i] where its raw bytes are its text: no escapes, ASCII only.
func plainText(b []byte, i int) (text []byte, end int) {
	if i >= len(b) || b[i] != '"' {
		return nil, jsonscan.Malformed
	}
	end, escaped := jsonscan.String(b, i)
	if end < 0 || escaped {
		return nil, jsonscan.Malformed
	}
	text = b[i+1 : end-1]
	for _, c := range text {
		if c >= 0x80 {
			return nil, jsonscan.Malformed
		}
	}
	return text, end
}

// undated cuts the API date off an event name, as Lambda's names carry it: "AddPermission20150331v2".
func undated[T string | []byte](name T) T {
	end := len(name)
	if v := trailingDigits(name, end); v < end && v > 0 && name[v-1] == 'v' {
		if base := dateless(name, v-1); base > 0 {
			return name[:base]
		}
	}
	if base := dateless(name, end); base > 0 {
		return name[:base]
	}
	return name
}

// dateless returns where the eight digits that end at name[end] begin, or 0.
func dateless[T string | []byte](name T, end int) int {
	if end-trailingDigits(name, end) >= 8 {
		return end - 8
	}
	return 0
}

func trailingDigits[T string | []byte](name T, end int) int {
	for end > 0 && '0' <= name[end-1] && name[end-1] <= '9' {
		end--
	}
	return end
}
