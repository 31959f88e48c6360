package sigma_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"riposte/pkg/actions"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/sigma"
)

// ruleOf writes a rule file around a detection, whose lines begin at the margin.
func ruleOf(detection string) []byte {
	detection = "    " + strings.ReplaceAll(strings.TrimSpace(detection), "\n", "\n    ")
	return []byte("title: Test\nid: 12345678-1234-4123-8123-123456789abc\nlogsource:\n    product: aws\n    service: cloudtrail\ndetection:\n" + detection + "\n")
}

func load(t testing.TB, file []byte) *sigma.Set {
	t.Helper()
	set, err := sigma.Load(fstest.MapFS{"rule.yml": {Data: file}}, actions.All())
	if err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	return set
}

// recordOf writes a record with more members than it needs.
func recordOf(members string) []byte {
	record := `{"eventVersion":"1.11","eventSource":"iam.amazonaws.com","eventName":"CreateUser","eventID":"e1","recipientAccountId":"111122223333"`
	if members != "" {
		record += "," + members
	}
	return []byte(record + "}")
}

func TestSemantics(t *testing.T) {
	tests := []struct {
		name, detection, record string
		want                    bool
	}{
		{"equal", "s: {awsRegion: eu-west-1}\ncondition: s", `"awsRegion":"eu-west-1"`, true},
		{"equal in another letter case", "s: {awsRegion: EU-West-1}\ncondition: s", `"awsRegion":"eu-west-1"`, true},
		{"equal beyond ASCII", "s: {a: ÄRGER}\ncondition: s", `"a":"ärger"`, true},
		{"equal beyond ASCII, escaped", "s: {a: ÄRGER}\ncondition: s", `"a":"\u00e4rger"`, true},
		{"sign that folds to a letter", "s: {a: 30k}\ncondition: s", `"a":"30\u212a"`, true},
		{"part of it only", "s: {awsRegion: eu-west}\ncondition: s", `"awsRegion":"eu-west-1"`, false},
		{"absent", "s: {awsRegion: eu-west-1}\ncondition: s", ``, false},
		{"cased", "s: {a|cased: Bob}\ncondition: s", `"a":"Bob"`, true},
		{"cased, other case", "s: {a|cased: Bob}\ncondition: s", `"a":"bob"`, false},
		{"cased and contains", "s: {a|contains|cased: ob}\ncondition: s", `"a":"BOB ob"`, true},
		{"one of a list", "s: {a: [x, y]}\ncondition: s", `"a":"y"`, true},
		{"none of a list", "s: {a: [x, y]}\ncondition: s", `"a":"z"`, false},
		{"contains", "s: {a|contains: '/Admin'}\ncondition: s", `"a":"arn:aws:iam::aws:policy/AdministratorAccess"`, true},
		{"contains all", "s: {a|contains|all: [one, two]}\ncondition: s", `"a":"two and one"`, true},
		{"contains not all", "s: {a|contains|all: [one, two]}\ncondition: s", `"a":"one"`, false},
		{"all over elements", "s: {a|all: [one, two]}\ncondition: s", `"a":["two","one"]`, true},
		{"startswith", "s: {a|startswith: put}\ncondition: s", `"a":"PutUserPolicy"`, true},
		{"startswith elsewhere", "s: {a|startswith: user}\ncondition: s", `"a":"PutUserPolicy"`, false},
		{"endswith", "s: {a|endswith: policy}\ncondition: s", `"a":"PutUserPolicy"`, true},
		{"endswith of a longer value", "s: {a|endswith: longpolicy}\ncondition: s", `"a":"policy"`, false},
		{"star", "s: {a: 'Put*Policy'}\ncondition: s", `"a":"PutUserPolicy"`, true},
		{"star for nothing", "s: {a: 'Put*UserPolicy'}\ncondition: s", `"a":"PutUserPolicy"`, true},
		{"star that would have to overlap", "s: {a: 'Pol*licy'}\ncondition: s", `"a":"Policy"`, false},
		{"stars", "s: {a: '*a*b*c'}\ncondition: s", `"a":"xxaxxbxxcxxc"`, true},
		{"stars in another order", "s: {a: '*a*b*c'}\ncondition: s", `"a":"xxbxxaxxc"`, false},
		{"question mark", "s: {a: 'us-????-1'}\ncondition: s", `"a":"us-east-1"`, true},
		{"question mark for nothing", "s: {a: 'us-east-1?'}\ncondition: s", `"a":"us-east-1"`, false},
		{"question mark for a wide character", "s: {a: 'x?z'}\ncondition: s", `"a":"x😀z"`, true},
		{"question marks between stars", "s: {a: '*b?d*'}\ncondition: s", `"a":"abbcde"`, true},
		{"question mark at the end", "s: {a|endswith: 'c?'}\ncondition: s", `"a":"abcd"`, true},
		{"star alone means present", "s: {a: '*'}\ncondition: s", `"a":""`, true},
		{"star alone does not mean null", "s: {a: '*'}\ncondition: s", `"a":null`, false},
		{"escaped star", `s: {a: 'x\*'}` + "\ncondition: s", `"a":"x*"`, true},
		{"escaped star is no wildcard", `s: {a: 'x\*'}` + "\ncondition: s", `"a":"xy"`, false},
		{"backslash before a wildcard", `s: {a: 'x\\*'}` + "\ncondition: s", `"a":"x\\y"`, true},
		{"backslash before an escaped star", `s: {a: 'x\\\*'}` + "\ncondition: s", `"a":"x\\*"`, true},
		{"plain backslash", `s: {a: 'x\y'}` + "\ncondition: s", `"a":"x\\y"`, true},
		{"doubled backslash", `s: {a: 'x\\y'}` + "\ncondition: s", `"a":"x\\y"`, true},
		{"backslash at the end", `s: {a: 'x\'}` + "\ncondition: s", `"a":"x\\"`, true},
		{"empty text", "s: {a: ''}\ncondition: s", `"a":""`, true},
		{"empty text is not absent", "s: {a: ''}\ncondition: s", ``, false},
		{"null and absent", "s: {a: null}\ncondition: s", ``, true},
		{"null and null", "s: {a: null}\ncondition: s", `"a":null`, true},
		{"null and a value", "s: {a: null}\ncondition: s", `"a":"x"`, false},
		{"null beside a value", "s: {a: [null, x]}\ncondition: s", `"a":"x"`, true},
		{"null behind an object that is absent", "s: {a.b: null}\ncondition: s", `"a":{"c":1}`, true},
		{"null is not an empty list", "s: {a: null}\ncondition: s", `"a":[]`, false},
		{"exists", "s: {a|exists: true}\ncondition: s", `"a":null`, true},
		{"exists, empty list", "s: {a|exists: true}\ncondition: s", `"a":[]`, true},
		{"exists not", "s: {a|exists: false}\ncondition: s", `"a":1`, false},
		{"exists in an element", "s: {a.b|exists: true}\ncondition: s", `"a":[{"c":1},{"b":2}]`, true},
		{"number", "s: {a: 22}\ncondition: s", `"a":22`, true},
		{"number as text", "s: {a: 22}\ncondition: s", `"a":"22"`, true},
		{"another number", "s: {a: 22}\ncondition: s", `"a":220`, false},
		{"boolean", "s: {a: true}\ncondition: s", `"a":true`, true},
		{"boolean as text", "s: {a: true}\ncondition: s", `"a":"True"`, true},
		{"text for a boolean", "s: {a: 'false'}\ncondition: s", `"a":false`, true},
		{"less", "s: {a|lt: 1024}\ncondition: s", `"a":22`, true},
		{"not less", "s: {a|lt: 1024}\ncondition: s", `"a":1024`, false},
		{"less or equal", "s: {a|lte: 1024}\ncondition: s", `"a":"1024"`, true},
		{"greater", "s: {a|gt: -1.5}\ncondition: s", `"a":-1`, true},
		{"greater or equal", "s: {a|gte: 3}\ncondition: s", `"a":2.99`, false},
		{"a word is no number", "s: {a|gte: 3}\ncondition: s", `"a":"Infinity"`, false},
		{"network", "s: {sourceIPAddress|cidr: 203.0.113.0/24}\ncondition: s", `"sourceIPAddress":"203.0.113.200"`, true},
		{"network of somebody else", "s: {sourceIPAddress|cidr: 203.0.113.0/24}\ncondition: s", `"sourceIPAddress":"198.51.100.1"`, false},
		{"network and a service", "s: {sourceIPAddress|cidr: 0.0.0.0/0}\ncondition: s", `"sourceIPAddress":"iam.amazonaws.com"`, false},
		{"network of IPv6", "s: {sourceIPAddress|cidr: '2001:db8::/32'}\ncondition: s", `"sourceIPAddress":"2001:DB8::1"`, true},
		{"mapped address", "s: {sourceIPAddress|cidr: 203.0.113.0/24}\ncondition: s", `"sourceIPAddress":"::ffff:203.0.113.9"`, true},
		{"expression", "s: {a|re: 'b+c$'}\ncondition: s", `"a":"abbc"`, true},
		{"expression is cased", "s: {a|re: 'B+'}\ncondition: s", `"a":"abbc"`, false},
		{"expression that is not", "s: {a|re|i: 'B+'}\ncondition: s", `"a":"abbc"`, true},
		{"expression over lines", "s: {a|re|s: 'a.b'}\ncondition: s", `"a":"a\nb"`, true},
		{"expression with a text in front", "s: {a|re: '(abc)+x?(de|f)'}\ncondition: s", `"a":"abcf"`, true},
		{"reference", "s: {a|fieldref: b.c}\ncondition: s", `"a":"Bob","b":{"c":"bob"}`, true},
		{"reference, cased", "s: {a|fieldref|cased: b.c}\ncondition: s", `"a":"Bob","b":{"c":"bob"}`, false},
		{"reference to nothing", "s: {a|fieldref: b.c}\ncondition: s", `"a":null`, false},
		{"reference inside", "s: {a|fieldref|contains: b}\ncondition: s", `"a":"arn:aws:iam::111122223333:user/BOB","b":"bob"`, true},
		{"reference at the end", "s: {a|endswith|fieldref: b}\ncondition: s", `"a":"user/BOB","b":["x","bob"]`, true},
		{"base64", "s: {a|base64: secret}\ncondition: s", `"a":"c2VjcmV0"`, true},
		{"base64 inside", "s: {a|base64offset|contains: secret}\ncondition: s", `"a":"bXkgc2VjcmV0IHdvcmQ="`, true},
		{"base64 inside, elsewhere", "s: {a|base64offset|contains: secret}\ncondition: s", `"a":"bXlzZWNyZXR3b3Jk"`, true},
		{"base64 of something else", "s: {a|base64offset|contains: secret}\ncondition: s", `"a":"bm90aGluZyBoZXJl"`, false},
		{"list", "s: {a.b: x}\ncondition: s", `"a":[{"b":"y"},{"b":["z","x"]}]`, true},
		{"lists in lists", "s: {a: x}\ncondition: s", `"a":[["y"],[["x"]]]`, true},
		{"object as text", `s: {a|contains: '"Status":"Suspended"'}` + "\ncondition: s", `"a": { "V": { "Status" : "Suspended" } }`, true},
		{"document in an object", `s: {a|contains: '"Effect":"Allow"'}` + "\ncondition: s", `"a":{"policyDocument":"{\"Effect\":\"Allow\"}"}`, true},
		{"object is no equal", "s: {a: x}\ncondition: s", `"a":{"b":"x"}`, false},
		{"keyword", "s: [nothing, createuser]\ncondition: s", ``, true},
		{"keyword with a wildcard", "s: ['iam*CreateUser']\ncondition: s", ``, true},
		{"keywords all", "s: {'|all': [createuser, '111122223333']}\ncondition: s", ``, true},
		{"keywords not all", "s: {'|all': [createuser, '444455556666']}\ncondition: s", ``, false},
		{"map", "s: {a: x, b: y}\ncondition: s", `"a":"x","b":"z"`, false},
		{"list of maps", "s:\n- {a: x}\n- {b: y}\ncondition: s", `"a":"z","b":"y"`, true},
		{"and not", "s: {a: x}\nf: {b: y}\ncondition: s and not f", `"a":"x","b":"y"`, false},
		{"or binds least", "s: {a: x}\nf: {b: y}\ng: {c: z}\ncondition: s or f and g", `"a":"x"`, true},
		{"brackets", "s: {a: x}\nf: {b: y}\ng: {c: z}\ncondition: (s or f) and g", `"a":"x"`, false},
		{"not binds most", "s: {a: x}\nf: {b: y}\ncondition: not s or f", `"a":"x","b":"y"`, true},
		{"1 of a pattern", "s_a: {a: x}\ns_b: {b: y}\nt: {c: z}\ncondition: 1 of s_*", `"c":"z"`, false},
		{"any of a pattern", "s_a: {a: x}\ns_b: {b: y}\ncondition: any of s_*", `"b":"y"`, true},
		{"all of a pattern", "s_a: {a: x}\ns_b: {b: y}\ncondition: all of s_*", `"b":"y"`, false},
		{"2 of a pattern", "s_a: {a: x}\ns_b: {b: y}\ns_c: {c: z}\ncondition: 2 of s_*", `"a":"x","c":"z"`, true},
		{"them leaves out what begins with _", "s: {a: x}\n_t: {b: y}\ncondition: all of them", `"a":"x"`, true},
		{"capitals", "s: {a: x}\nf: {b: y}\ncondition: NOT s OR 1 OF them", `"a":"z","b":"y"`, true},
		{"list of conditions", "s: {a: x}\nf: {b: y}\ncondition: [s, f]", `"b":"y"`, true},
		{"last of two members counts", "s: {a.b: x}\ncondition: s", `"a":{"b":"x"},"a":{"b":"y"}`, false},
		{"last of two members counts, within", "s: {a.b: x}\ncondition: s", `"a":{"b":"y","c":1,"b":"x"}`, true},
		{"escaped name", "s: {a.b: x}\ncondition: s", `"\u0061":{"\u0062":"x"}`, true},
		{"name in another letter case", "s: {a: x}\ncondition: s", `"A":"x"`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file, record := ruleOf(tt.detection), recordOf(tt.record)
			ev, err := cloudtrail.DecodeAny(record)
			if err != nil {
				t.Fatal(err)
			}
			found, err := load(t, file).Rules[0].Match(ev)
			if err != nil {
				t.Fatal(err)
			}
			if got := len(found) > 0; got != tt.want {
				t.Errorf("matches: %v, want %v", got, tt.want)
			}
			if strings.Contains(tt.detection, "base64offset") {
				return
			}
			straight, err := referenceMatches(file, record)
			if err != nil {
				t.Fatal(err)
			}
			if straight != tt.want {
				t.Errorf("straightforward evaluation: %v, want %v", straight, tt.want)
			}
		})
	}
}

func TestRecordsThatCannotBeJudged(t *testing.T) {
	set := load(t, ruleOf("s: {a.b: x}\ncondition: s"))
	deep := recordOf(`"a":` + strings.Repeat("[", 200) + strings.Repeat("]", 200))
	many := recordOf(`"a":[` + strings.Repeat(`"x",`, 3000) + `"x"],"b":[` + strings.Repeat(`"y",`, 3000) + `"y"]`)
	for name, tt := range map[string]struct {
		set    *sigma.Set
		record []byte
	}{
		"nested too deep": {set, deep},
		"too many pairs":  {load(t, ruleOf("s: {a|fieldref: b}\ncondition: s")), many},
	} {
		ev, err := cloudtrail.DecodeAny(tt.record)
		if err != nil {
			t.Fatal(err)
		}
		if found, err := tt.set.Rules[0].Match(ev); err == nil {
			t.Errorf("%s: %v and no error", name, found)
		}
		if !tt.set.Wants(tt.record) {
			t.Errorf("%s: Wants says no where it cannot tell", name)
		}
	}
}

func TestWantsAllocatesNothing(t *testing.T) {
	set := load(t, ruleOf("s: {sourceIPAddress|cidr: 198.51.100.0/24}\na: {errorCode|endswith: exception}\nu: {userAgent: '*scanner*'}\ncondition: s or a or u"))
	record := recordOf(`"sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2.31","requestParameters":{"userName":"bob","tags":[{"key":"a"}]}`)
	for _, b := range [][]byte{record, fmt.Appendf(nil, `{"id":"1","detail-type":"x","source":"aws.iam","detail":%s}`, record)} {
		if set.Wants(b) {
			t.Fatalf("wanted: %s", b)
		}
		if n := testing.AllocsPerRun(100, func() { set.Wants(b) }); n != 0 {
			t.Errorf("looking at a record that no rule wants makes %v allocations, want 0", n)
		}
	}
}

func BenchmarkWants(b *testing.B) {
	set := load(b, ruleOf("s: {sourceIPAddress|cidr: 198.51.100.0/24}\na: {errorCode|endswith: exception}\nu: {userAgent: '*scanner*'}\ncondition: s or a or u"))
	record := recordOf(`"sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2.31","requestParameters":{"userName":"bob","tags":[{"key":"a"}]}`)
	b.SetBytes(int64(len(record)))
	b.ReportAllocs()
	for b.Loop() {
		if set.Wants(record) {
			b.Fatal("the record is wanted")
		}
	}
}
