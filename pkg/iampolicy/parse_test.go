package iampolicy_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/iampolicy"
)

// shown writes a document as one line a statement, so that tests can say what was read.
func shown(d *iampolicy.Document) string {
	var b strings.Builder
	list := func(name string, values []iampolicy.Value) {
		if len(values) > 0 {
			fmt.Fprintf(&b, " %s=%s", name, strings.Join(iampolicy.Texts(values), ","))
		}
	}
	for _, s := range d.Statements {
		fmt.Fprintf(&b, "%d %s", s.Index, s.Effect)
		if s.Sid != "" {
			fmt.Fprintf(&b, " sid=%s", s.Sid)
		}
		list("action", s.Actions)
		list("notaction", s.NotActions)
		list("resource", s.Resources)
		list("notresource", s.NotResources)
		for _, p := range s.Principals {
			list("principal:"+p.Type, p.Values)
		}
		for _, p := range s.NotPrincipals {
			list("notprincipal:"+p.Type, p.Values)
		}
		for _, c := range s.Conditions {
			list("if:"+c.Operator.String()+":"+c.Key, c.Values)
		}
		if s.Repeated {
			b.WriteString(" repeated")
		}
		if s.ConditionRepeated {
			b.WriteString(" condition-repeated")
		}
		b.WriteString("\n")
	}
	for _, o := range d.Oddities {
		fmt.Fprintf(&b, "odd %d %s: %s\n", o.Statement, o.Span.Of(d.Text), o.Text)
	}
	return b.String()
}

func TestParse(t *testing.T) {
	tests := []struct{ name, document, want string }{
		{
			"everything", `{"Version":"2012-10-17","Id":"x","Statement":[{"Sid":"A","Effect":"Allow","NotAction":["a:b"],"NotResource":"r",
			"NotPrincipal":{"Service":"s.amazonaws.com"},"Condition":{"StringLike":{"k":["v","w"],"l":true},"ForAllValues:NumericLessThanIfExists":{"n":5}}},
			{"Effect":"Deny","Action":"*","Resource":[],"Principal":{"AWS":["111122223333","*"],"Federated":"f"}}]}`,
			"1 Allow sid=A notaction=a:b notresource=r notprincipal:Service=s.amazonaws.com if:StringLike:k=v,w if:StringLike:l=true if:ForAllValues:NumericLessThanIfExists:n=5\n" +
				"2 Deny action=* principal:AWS=111122223333,* principal:Federated=f\n",
		},
		{"one statement", `{"Statement":{"Effect":"Allow","Action":"*","Principal":"*"}}`, "1 Allow action=* principal:*=*\n"},
		{"bare principal", `{"Statement":{"Effect":"Allow","Action":"*","Principal":"arn:aws:iam::111122223333:root"}}`, "1 Allow action=* principal:AWS=arn:aws:iam::111122223333:root\n"},
		{"no statements", `{"Statement":[]}`, ""},
		{"escapes", `{"Statement":{"Effect":"Allow","Action":"\u002a","Resource":"\u0061\/\"\\\ud83d\ude00"}}`, "1 Allow action=* resource=a/\"\\\U0001F600\n"},
		{"condition is null", `{"Statement":{"Effect":"Allow","Action":"*","Condition":null}}`, "1 Allow action=*\n"},
		{
			"letter case", `{"statement":{"EFFECT":"allow","action":"*"}}`,
			"1 Allow action=*\nodd 0 \"statement\": \"statement\" is read as Statement\nodd 1 \"EFFECT\": \"EFFECT\" is read as Effect\n" +
				"odd 1 \"allow\": \"allow\" is read as Allow\nodd 1 \"action\": \"action\" is read as Action\n",
		},
		{
			"a statement alone", `{"Effect":"Allow","Action":"*","Resource":"*"}`,
			"1 Allow action=* resource=*\nodd 0 \"Effect\": a statement stands without a document around it\n",
		},
		{
			"keys twice", `{"Statement":{"Effect":"Deny","Action":"a","Action":["b","c"],"Effect":"Allow","Principal":{"AWS":"1","AWS":"2"}}}`,
			"1 Allow action=a,b,c principal:AWS=1 principal:AWS=2 repeated\n" +
				"odd 1 \"Action\": Action stands twice: all its values are judged\nodd 1 \"Effect\": Effect stands twice: all its values are judged\n" +
				"odd 1 \"AWS\": AWS stands twice: all its values are judged\n",
		},
		{
			"lists that alternate stay whole", `{"Statement":{"Effect":"Allow","Action":"a","Resource":"r","Action":"b","Resource":"s","NotAction":"n"}}`,
			"1 Allow action=a,b notaction=n resource=r,s repeated\n" +
				"odd 1 \"Action\": Action stands twice: all its values are judged\nodd 1 \"Resource\": Resource stands twice: all its values are judged\n",
		},
		{
			"statements twice", `{"Statement":{"Effect":"Allow","Action":"a"},"Statement":[{"Effect":"Deny","Action":"b"}]}`,
			"1 Allow action=a\n2 Deny action=b\nodd 0 \"Statement\": Statement stands twice: the statements of both are judged\n",
		},
		{
			"operator twice", `{"Statement":{"Effect":"Allow","Action":"a","Condition":{"Bool":{"k":"true"},"bool":{"l":"true"}}}}`,
			"1 Allow action=a if:Bool:k=true if:Bool:l=true repeated condition-repeated\n" +
				"odd 1 \"bool\": \"bool\" stands twice in the condition: it restricts nothing for certain\n",
		},
		{
			"condition key twice", `{"Statement":{"Effect":"Allow","Action":"a","Condition":{"StringEquals":{"aws:SourceIp":"v","AWS:sourceIP":"w"}}}}`,
			"1 Allow action=a if:StringEquals:aws:SourceIp=v if:StringEquals:AWS:sourceIP=w repeated condition-repeated\n" +
				"odd 1 \"AWS:sourceIP\": \"AWS:sourceIP\" stands twice in the condition: it restricts nothing for certain\n",
		},
		{"space for plus", `%7B%22Statement%22:+%7B%22Effect%22:+%22Allow%22,+%22Action%22:+%22a%2Bb%22%7D%7D`, "1 Allow action=a+b\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := iampolicy.Parse([]byte(tt.document))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, shown(d)); diff != "" {
				t.Errorf("%s (-want +got)\n%s", tt.document, diff)
			}
		})
	}
}

func TestParseSpans(t *testing.T) {
	d, err := iampolicy.Parse([]byte("{\n \"Statement\": [\n  {\"Effect\": \"Allow\", \"Action\": [\"s3:*\"],\n   \"Condition\": {\"Bool\": {\"k\": [\"true\"]}},\n   \"Principal\": {\"AWS\": \"*\"}}\n ]\n}"))
	if err != nil {
		t.Fatal(err)
	}
	s := d.Statements[0]
	for _, tt := range []struct {
		name string
		span iampolicy.Span
		want string
		line int
	}{
		{"action", s.Actions[0].Span, `"s3:*"`, 3},
		{"condition", s.Conditions[0].Span, `"Bool": {"k": ["true"]`, 4},
		{"principal", s.Principals[0].Span, `"AWS": "*"`, 5},
		{"statement", s.Span, d.Text[strings.Index(d.Text, `{"Effect`) : strings.LastIndex(d.Text, "}}")+2], 3},
	} {
		if got := tt.span.Of(d.Text); got != tt.want {
			t.Errorf("%s spans %q, want %q", tt.name, got, tt.want)
		}
		if line, _ := d.Line(tt.span.Start); line != tt.line {
			t.Errorf("%s is on line %d, want %d", tt.name, line, tt.line)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	statement := func(rest string) string { return `{"Statement":[{"Effect":"Allow","Action":"*"` + rest + `}]}` }
	tests := []struct{ name, document, want string }{
		{"unknown element of the document", `{"Statement":[],"Extra":1}`, `the document holds the unknown element "Extra" (line 1, column 17)`},
		{"unknown operator", statement(`,"Condition":{"StringIs":{"a":"b"}}`), `statement 1 holds the unknown condition operator "StringIs" (line 1, column 59)`},
		{"unknown qualifier", statement(`,"Condition":{"ForNoValue:StringEquals":{"a":"b"}}`), `statement 1 holds the unknown condition operator "ForNoValue:StringEquals" (line 1, column 59)`},
		{"unknown principal", statement(`,"Principal":{"Azure":"*"}`), `statement 1 holds the unknown type of principal "Azure" (line 1, column 59)`},
		{"principal is a number", statement(`,"Principal":5`), `statement 1: Principal holds something that is no text (line 1, column 58)`},
		{"principal is null", statement(`,"Principal":null`), `statement 1: Principal holds something that is no text (line 1, column 58)`},
		{"value is an object", statement(`,"Condition":{"Bool":{"a":{}}}`), `statement 1: the condition on a holds something that is no value (line 1, column 71)`},
		{"value is null", statement(`,"Condition":{"Bool":{"a":[null]}}`), `statement 1: the condition on a holds something that is no value (line 1, column 72)`},
		{"operator without object", statement(`,"Condition":{"Bool":"a"}`), `statement 1: the condition Bool is no object (line 1, column 66)`},
		{"version is a number", `{"Version":2012,"Statement":[]}`, `Version is no text (line 1, column 12)`},
		{"second line", "{\n\"Statement\": [\n{\"Effect\":\"Maybe\"}]}", `statement 1 has the unknown Effect "Maybe" (line 3, column 11)`},
		{"no comma", `{"Statement":[{"Effect":"Allow" "Action":"*"}]}`, `the document is not valid JSON: a comma or a closing brace is expected (line 1, column 33)`},
		{"trailing comma", `{"Statement":[{"Effect":"Allow","Action":["*",]}]}`, `statement 1: Action holds something that is no text (line 1, column 47)`},
		{"trailing comma in an object", `{"Statement":[],}`, `the document is not valid JSON: a key in quotes is expected (line 1, column 17)`},
		{"control character", "{\"Statement\":\"\x01\"}", `the document is not valid JSON: a text holds a control character (line 1, column 15)`},
		{"wrong escape", `{"Statement":"\x"}`, `the document is not valid JSON: a text holds a wrong escape (line 1, column 14)`},
		{"ends in an escape", `{"Statement":"\`, `the document is not valid JSON: it ends within a text (line 1, column 16)`},
		{"not UTF-8", "{\"Statement\":\"\xff\"}", `the document is not valid UTF-8`},
		{"document and statement", `{"Statement":[],"Effect":"Allow","Action":"*"}`, `the document holds both a list of statements and a statement of its own`},
		{"too many conditions", statement(`,"Condition":{"StringEquals":{"a":"b"` + manyKeys(1100) + `}}`), `statement 1 has more than 1000 conditions (line 1, column 14069)`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := iampolicy.Parse([]byte(tt.document))
			if err == nil {
				t.Fatalf("read as %s", shown(d))
			}
			if _, ok := errors.AsType[*iampolicy.NotJudgedError](err); !ok || err.Error() != tt.want {
				t.Errorf("%T %v\nwant %s", err, err, tt.want)
			}
		})
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"key%04d":"v"`, i)
	}
	return b.String()
}

func TestParseOperator(t *testing.T) {
	tests := []struct {
		name, want  string
		whenAbsent  bool
		unknownName bool
	}{
		{name: "StringEquals", want: "StringEquals"},
		{name: "stringequals", want: "StringEquals"},
		{name: "ForAnyValue:ARNEquals", want: "ForAnyValue:ArnEquals"},
		{name: "forallvalues:StringLike", want: "ForAllValues:StringLike", whenAbsent: true},
		{name: "StringNotEquals", want: "StringNotEquals", whenAbsent: true},
		{name: "ForAnyValue:StringNotEquals", want: "ForAnyValue:StringNotEquals"},
		{name: "BoolIfExists", want: "BoolIfExists", whenAbsent: true},
		{name: "NotIpAddress", want: "NotIpAddress", whenAbsent: true},
		{name: "Null", want: "Null"},
		{name: "NullIfExists", unknownName: true},
		{name: "IfExists", unknownName: true},
		{name: "StringEqualsX", unknownName: true},
		{name: "", unknownName: true},
	}
	for _, tt := range tests {
		o, ok := iampolicy.ParseOperator(tt.name)
		if ok == tt.unknownName || ok && (o.String() != tt.want || o.HoldsWhenAbsent() != tt.whenAbsent) {
			t.Errorf("ParseOperator(%q) = %v, %v, absent %v", tt.name, o, ok, o.HoldsWhenAbsent())
		}
	}
}
