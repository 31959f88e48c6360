package sigma_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"riposte/pkg/actions"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/sigma"
)

// FuzzLoad holds that no file, however odd, does more than give rules that are valid or problems that name the file.
func FuzzLoad(f *testing.F) {
	files := ruleFiles(&testing.T{}, os.DirFS("testdata/rules"))
	for _, data := range files {
		f.Add(data)
	}
	for _, detection := range []string{
		"s: {a|contains|all: [x, null]}\ncondition: not (s and (s or 1 of s*))", "s: [x, {a: 1}]\ncondition: s",
		"s: {a|re: '((((a{9}){9}){9}){9})'}\ncondition: s", "s: &x {a: 1}\nt: *x\ncondition: all of them",
		"s: {eventSource: a.amazonaws.com, eventSource: b}\ncondition: s | count() > 5",
	} {
		f.Add(ruleOf(detection))
	}
	f.Add([]byte("a: !!binary x\n---\nb"))
	f.Add([]byte(strings.Repeat("[", 100)))
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := sigma.Load(fstest.MapFS{"rule.yml": {Data: data}}, actions.All())
		if err != nil {
			if _, ok := errors.AsType[sigma.Problems](err); !ok || !strings.HasPrefix(err.Error(), "rule.yml:") {
				t.Fatalf("%v\n%s", err, data)
			}
			return
		}
		if err := detect.Validate(set.Rules); err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		ev, err := cloudtrail.DecodeAny(recordOf(`"a":[1,"x",{"b":null}],"errorCode":"AccessDenied"`))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range set.Rules {
			if found, err := r.Match(ev); err == nil && len(found) > 0 && r.Why() == "" {
				t.Errorf("no word on why %s matters", r.ID)
			}
		}
	})
}

// A maker makes rules and records of what bytes say, so that a fuzzer can look for those on which two evaluations differ.
type maker struct{ data []byte }

func (m *maker) pick(n int) int {
	if len(m.data) == 0 {
		return 0
	}
	c := int(m.data[0])
	m.data = m.data[1:]
	return c % n
}

func (m *maker) of(list ...string) string { return list[m.pick(len(list))] }

func (m *maker) text() string {
	var b strings.Builder
	for range m.pick(5) {
		b.WriteString(m.of("a", "B", "ab", "k", "é", "É", "\u212a", "ſ", "*", "?", `\`, `\*`, "/", ".", "\n", "😀", "\x00", "1", "22", `"`, " "))
	}
	return b.String()
}

func (m *maker) field() string {
	return m.of("a", "b", "a.b", "a.b.c", "b.a", "userAgent", "errorCode", "eventName", "sourceIPAddress", "userIdentity.type")
}

func (m *maker) record() string {
	var b strings.Builder
	for range m.pick(4) {
		fmt.Fprintf(&b, "%s%s:%s,", m.of("", " ", "\n"), m.of(`"a"`, `"b"`, `"\u0061"`, `"A"`), m.value(0))
	}
	if m.pick(2) == 0 {
		fmt.Fprintf(&b, `"userAgent":%s,"errorCode":%s,`, m.scalar(), m.of(`"AccessDenied"`, `"Client.UnauthorizedOperation"`, "null"))
	}
	fmt.Fprintf(&b, `"sourceIPAddress":%q,`, m.of("203.0.113.7", "2001:db8::7", "iam.amazonaws.com", "203.0.113.777"))
	fmt.Fprintf(&b, `"userIdentity":{"type":%q}`, m.of("Root", "IAMUser", "AssumedRole"))
	return b.String()
}

func (m *maker) value(depth int) string {
	if depth > 3 {
		return m.scalar()
	}
	switch m.pick(4) {
	case 0:
		var parts []string
		for range m.pick(4) {
			parts = append(parts, m.value(depth+1))
		}
		return "[" + m.of("", " ") + strings.Join(parts, " , ") + "]"
	case 1:
		var parts []string
		for range m.pick(4) {
			parts = append(parts, m.of(`"a"`, `"b"`, `"c"`, `"b"`, `"\u0062"`)+m.of(":", " : ")+m.value(depth+1))
		}
		return "{" + strings.Join(parts, ",\n") + m.of("", " ") + "}"
	}
	return m.scalar()
}

func (m *maker) scalar() string {
	switch m.pick(6) {
	case 0:
		return m.of("null", "true", "false")
	case 1:
		return m.of("1", "22", "-3.5", "1e3", "22.0", "1024")
	case 2:
		return `"` + m.of(`\ud800`, `\u00e9`, `a\/b`, "\xff", `\"x\"`, `{\"a\":1}`) + `"`
	}
	return strings.ReplaceAll(strconv.QuoteToGraphic(m.text()), `\x00`, `\u0000`)
}

func (m *maker) rule() string {
	var b strings.Builder
	names := []string{"s_a", "s_b", "_t"}[:1+m.pick(3)]
	for _, name := range names {
		fmt.Fprintf(&b, "%s:\n", name)
		switch m.pick(5) {
		case 0:
			fmt.Fprintf(&b, "- %s\n- %s\n", m.quoted(), m.quoted())
		case 1:
			fmt.Fprintf(&b, "- {%s}\n- {%s}\n", m.test(), m.test())
		case 2:
			fmt.Fprintf(&b, "  '|all': [%s, %s]\n", m.quoted(), m.quoted())
		default:
			fmt.Fprintf(&b, "  %s\n", m.test())
		}
	}
	fmt.Fprintf(&b, "condition: %s\n", m.condition(names, 0))
	return b.String()
}

func (m *maker) condition(names []string, depth int) string {
	if depth < 4 {
		switch m.pick(7) {
		case 0:
			return "not " + m.condition(names, depth+1)
		case 1:
			return "(" + m.condition(names, depth+1) + ")"
		case 2:
			return m.condition(names, depth+1) + m.of(" and ", " or ", " and not ") + m.condition(names, depth+1)
		case 3:
			return m.of("1", "all", "any") + " of " + m.of("them", "s_*", "*a")
		}
	}
	return names[m.pick(len(names))]
}

// quoted writes a text in YAML's double quotes.
func (m *maker) quoted() string {
	var b strings.Builder
	for _, r := range m.text() {
		fmt.Fprintf(&b, `\U%08x`, r)
	}
	return `"` + b.String() + `"`
}

func (m *maker) test() string {
	field := m.field()
	switch m.pick(9) {
	case 0:
		return field + ": " + m.of("null", "[null, a]", "22", "true", "''")
	case 1:
		return field + "|exists: " + m.of("true", "false")
	case 2:
		return field + "|" + m.of("lt", "lte", "gt", "gte") + ": " + m.of("22", "-3.5", "1000")
	case 3:
		return field + "|" + m.of("re", "re|i", "re|s") + ": " + m.of("'a.*b'", "'^[ak]+$'", "'(a|b)1?'", "'B'", "'ab(k|é)'")
	case 4:
		return field + "|fieldref" + m.of("", "|contains", "|startswith", "|endswith", "|cased") + ": " + m.field()
	case 5:
		return "sourceIPAddress|cidr: " + m.of("203.0.113.0/24", "'2001:db8::/32'", "0.0.0.0/0")
	case 6:
		return field + "|base64: " + m.quoted()
	case 7:
		return field + m.of("", "|contains", "|startswith", "|endswith") + m.of("", "|cased") + "|all: [" + m.quoted() + ", " + m.quoted() + "]"
	}
	return field + m.of("", "|contains", "|startswith", "|endswith") + m.of("", "|cased") + ": " + m.of("["+m.quoted()+", "+m.quoted()+"]", m.quoted())
}

// FuzzAgreement holds compiled rules against the straightforward evaluation, on rules and records that bytes describe.
func FuzzAgreement(f *testing.F) {
	for i := range 64 {
		seed := make([]byte, 80)
		for j := range seed {
			seed[j] = byte(i*31 + j*j*7 + i*j)
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) { agreesOn(t, data) })
}

// TestInventedRulesAgree does the same with many rules on every run.
func TestInventedRulesAgree(t *testing.T) {
	random := rand.New(rand.NewPCG(20261125, 1))
	loaded, hits, misses := 0, 0, 0
	for range 1500 {
		data := make([]byte, 400)
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		ok, h, m := agreesOn(t, data)
		if ok {
			loaded++
		}
		hits, misses = hits+h, misses+m
	}
	t.Logf("%d rules loaded, %d hits, %d misses", loaded, hits, misses)
	if loaded < 1000 || hits < 500 || misses < 500 {
		t.Error("the rules that are made do not tell enough")
	}
}

// agreesOn makes a rule and records of bytes, and says what came of them.
func agreesOn(t *testing.T, data []byte) (loaded bool, hits, misses int) {
	t.Helper()
	m := &maker{data: data}
	file := ruleOf(m.rule())
	set, err := sigma.Load(fstest.MapFS{"rule.yml": {Data: file}}, actions.All())
	if err != nil {
		return false, 0, 0 // names that mean no selection, selections that no event can meet at once
	}
	for range 3 {
		record := recordOf(m.record())
		ev, err := cloudtrail.DecodeAny(record)
		if err != nil {
			t.Fatalf("%v: %s", err, record)
		}
		want, err := referenceMatches(file, record)
		if err != nil {
			t.Fatal(err)
		}
		found, err := set.Rules[0].Match(ev)
		if err != nil || (len(found) > 0) != want {
			t.Errorf("compiled %v, %v; straightforward %v\n%s\n%s", found, err, want, file, record)
		}
		if !want {
			misses++
			continue
		}
		hits++
		if set.Rules[0].Pattern[0].Every && !set.Wants(record) {
			t.Errorf("Wants says no\n%s\n%s", file, record)
		}
	}
	return true, hits, misses
}
