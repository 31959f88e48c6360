package iampolicy_test

import (
	"fmt"
	"testing"

	"riposte/pkg/iampolicy"
)

const (
	pageOperators = guide + "reference_policies_elements_condition_operators.html"
	pageKeys      = guide + "reference_policies_condition-keys.html"
	pageSets      = guide + "reference_policies_condition-single-vs-multi-valued-context-keys.html"
	pageAndOr     = guide + "reference_policies_condition-logic-multiple-context-keys-or-values.html"
	pageVariables = guide + "reference_policies_variables.html"
)

// The answers of a condition: what is unsure allows nothing and denies.
const (
	holds    = "holds"
	fails    = "fails"
	isUnsure = "unsure"
)

type operatorCase struct {
	page, condition string
	context         []string // pairs of key and value
	want            string
}

func conditional(effect, condition string) string {
	return conditionalVersion("2012-10-17", effect, condition)
}

func conditionalVersion(version, effect, condition string) string {
	statement := fmt.Sprintf(`{"Effect":%q,"Action":"*","Resource":"*","Condition":%s}`, effect, condition)
	if effect == "Deny" {
		statement += `,{"Effect":"Allow","Action":"*","Resource":"*"}`
	}
	return fmt.Sprintf(`{"Version":%q,"Statement":[%s]}`, version, statement)
}

func operatorCases() []operatorCase {
	var out []operatorCase
	for _, group := range [][]operatorCase{textCases(), numberCases(), addressCases(), quantifierCases(), variableCases()} {
		out = append(out, group...)
	}
	return out
}

func textCases() []operatorCase {
	v := func(values ...string) []string {
		var out []string
		for _, value := range values {
			out = append(out, "k:v", value)
		}
		return out
	}
	const arn = "arn:aws:iam::111122223333:role/path/app"
	return []operatorCase{
		{pageOperators, `{"StringEquals":{"k:v":"a"}}`, v("a"), holds},
		{pageOperators, `{"StringEquals":{"k:v":"a"}}`, v("A"), fails},
		{pageOperators, `{"StringEquals":{"k:v":"a*"}}`, v("ab"), fails},
		{pageOperators, `{"StringEquals":{"k:v":"a*"}}`, v("a*"), holds},
		{pageAndOr, `{"StringEquals":{"k:v":["b","a"]}}`, v("a"), holds},
		{pageOperators, `{"StringEquals":{"k:v":"a"}}`, nil, fails},
		{pageKeys, `{"StringEquals":{"K:V":"a"}}`, []string{"k:V", "a"}, holds},
		{pageAndOr, `{"StringEquals":{"k:v":"a","k:w":"b"}}`, v("a"), fails},
		{pageAndOr, `{"StringEquals":{"k:v":"a","k:w":"b"}}`, []string{"k:v", "a", "k:w", "b"}, holds},
		{pageAndOr, `{"StringEquals":{"k:v":"a"},"StringLike":{"k:w":"b*"}}`, []string{"k:v", "a", "k:w", "c"}, fails},
		{pageOperators, `{"StringEquals":{"k:v":[]}}`, v("a"), fails},
		{pageOperators, `{"StringNotEquals":{"k:v":"a"}}`, v("b"), holds},
		{pageOperators, `{"StringNotEquals":{"k:v":"a"}}`, v("a"), fails},
		{pageOperators, `{"StringNotEquals":{"k:v":"a"}}`, nil, holds},
		{pageAndOr, `{"StringNotEquals":{"k:v":["a","b"]}}`, v("b"), fails},
		{pageAndOr, `{"StringNotEquals":{"k:v":["a","b"]}}`, v("c"), holds},
		{pageOperators, `{"StringEqualsIgnoreCase":{"k:v":"aB"}}`, v("Ab"), holds},
		{pageOperators, `{"StringEqualsIgnoreCase":{"k:v":"a"}}`, v("b"), fails},
		{pageOperators, `{"StringEqualsIgnoreCase":{"k:v":"k"}}`, v("\u212a"), isUnsure},
		{pageOperators, `{"StringNotEqualsIgnoreCase":{"k:v":"aB"}}`, v("Ab"), fails},
		{pageOperators, `{"StringNotEqualsIgnoreCase":{"k:v":"aB"}}`, nil, holds},
		{pageOperators, `{"StringLike":{"k:v":"a*c"}}`, v("abbc"), holds},
		{pageOperators, `{"StringLike":{"k:v":"a*c"}}`, v("ac"), holds},
		{pageOperators, `{"StringLike":{"k:v":"a?c"}}`, v("ac"), fails},
		{pageOperators, `{"StringLike":{"k:v":"a?c"}}`, v("aéc"), holds},
		{pageOperators, `{"StringLike":{"k:v":"A*"}}`, v("ab"), fails},
		{pageOperators, `{"StringLike":{"k:v":"*a*a*b"}}`, v("aaaaaaaab"), holds},
		{pageOperators, `{"StringNotLike":{"k:v":"a*"}}`, v("ab"), fails},
		{pageOperators, `{"StringNotLike":{"k:v":"a*"}}`, v("b"), holds},
		{pageOperators, `{"StringNotLike":{"k:v":"a*"}}`, nil, holds},
		{pageOperators, `{"stringequals":{"k:v":"a"}}`, v("a"), holds},

		{pageOperators, `{"ArnEquals":{"k:v":"` + arn + `"}}`, v(arn), holds},
		{pageOperators, `{"ArnEquals":{"k:v":"arn:aws:iam::*:role/*"}}`, v(arn), holds},
		{pageOperators, `{"ArnLike":{"k:v":"arn:aws:iam::*:role/*"}}`, v(arn), holds},
		{pageOperators, `{"ArnLike":{"k:v":"arn:aws:iam::*:user/*"}}`, v(arn), fails},
		{pageOperators, `{"ArnLike":{"k:v":"arn:aws:sns:*:jobs"}}`, v("arn:aws:sns:us-east-1:111122223333:jobs"), isUnsure},
		{pageOperators, `{"ArnLike":{"k:v":"arn:aws:sns:us*:1111*:jobs"}}`, v("arn:aws:sns:us-east-1:111122223333:jobs"), holds},
		{pageOperators, `{"ArnLike":{"k:v":"*"}}`, v(arn), holds},
		{pageOperators, `{"ArnLike":{"k:v":"arn:*"}}`, v(arn), isUnsure},
		{pageOperators, `{"ArnLike":{"k:v":"arn:aws:iam::111122223333:role/*"}}`, v("no arn"), fails},
		{pageOperators, `{"ArnNotEquals":{"k:v":"arn:aws:iam::*:role/*"}}`, v(arn), fails},
		{pageOperators, `{"ArnNotLike":{"k:v":"arn:aws:iam::*:user/*"}}`, v(arn), holds},
		{pageOperators, `{"ArnNotLike":{"k:v":"arn:aws:iam::*:user/*"}}`, nil, holds},

		{pageOperators, `{"Bool":{"k:v":"true"}}`, v("true"), holds},
		{pageOperators, `{"Bool":{"k:v":true}}`, v("true"), holds},
		{pageOperators, `{"Bool":{"k:v":"True"}}`, v("false"), fails},
		{pageOperators, `{"Bool":{"k:v":"false"}}`, nil, fails},
		{pageOperators, `{"Bool":{"k:v":["true","false"]}}`, v("false"), holds},
		{pageOperators, `{"Bool":{"k:v":"yes"}}`, v("true"), isUnsure},
		{pageOperators, `{"BinaryEquals":{"k:v":"QmluYXJ5"}}`, v("QmluYXJ5"), holds},
		{pageOperators, `{"BinaryEquals":{"k:v":"QmluYXJ5"}}`, v("QmluYXJ6"), fails},
		{pageOperators, `{"BinaryEquals":{"k:v":"QmluYXJ5"}}`, v("?"), isUnsure},
		{pageOperators, `{"BinaryEquals":{"k:v":"QmluYXJ5"}}`, nil, fails},

		{pageOperators, `{"Null":{"k:v":"true"}}`, nil, holds},
		{pageOperators, `{"Null":{"k:v":"true"}}`, v("a"), fails},
		{pageOperators, `{"Null":{"k:v":"false"}}`, v("a"), holds},
		{pageOperators, `{"Null":{"k:v":false}}`, nil, fails},
		{pageOperators, `{"Null":{"k:v":"perhaps"}}`, v("a"), isUnsure},
	}
}

func numberCases() []operatorCase {
	compare := func(operator, wanted, value, want string) operatorCase {
		return operatorCase{pageOperators, fmt.Sprintf(`{%q:{"k:v":%s}}`, operator, wanted), []string{"k:v", value}, want}
	}
	return []operatorCase{
		compare("NumericEquals", `10`, "10", holds),
		compare("NumericEquals", `"10"`, "10.0", holds),
		compare("NumericEquals", `"9007199254740993"`, "9007199254740992", fails),
		compare("NumericNotEquals", `"10"`, "10", fails),
		compare("NumericNotEquals", `"10"`, "11", holds),
		compare("NumericLessThan", `"10"`, "9.99", holds),
		compare("NumericLessThan", `"10"`, "10", fails),
		compare("NumericLessThan", `"10"`, "-11", holds),
		compare("NumericLessThanEquals", `"10"`, "10", holds),
		compare("NumericGreaterThan", `"10"`, "10", fails),
		compare("NumericGreaterThan", `"10"`, "10.1", holds),
		compare("NumericGreaterThanEquals", `"10"`, "10", holds),
		compare("NumericLessThan", `["5","20"]`, "10", holds),
		compare("NumericLessThan", `"ten"`, "9", isUnsure),
		compare("NumericLessThan", `"10"`, "nine", isUnsure),
		compare("NumericLessThan", `"1e3"`, "9", isUnsure),
		compare("NumericEquals", `"."`, "9", isUnsure),
		compare("NumericEquals", `"1/3"`, "1", isUnsure),
		{pageOperators, `{"NumericLessThan":{"k:v":"10"}}`, nil, fails},
		{pageOperators, `{"NumericNotEquals":{"k:v":"10"}}`, nil, holds},

		compare("DateLessThan", `"2026-11-24T12:00:00Z"`, "2026-11-24T11:59:59Z", holds),
		compare("DateLessThan", `"2026-11-24T12:00:00Z"`, "2026-11-24T12:00:00Z", fails),
		compare("DateLessThanEquals", `"2026-11-24T12:00:00Z"`, "2026-11-24T12:00:00Z", holds),
		compare("DateGreaterThan", `"2026-11-24T12:00:00Z"`, "2026-11-24T12:00:00.001Z", holds),
		compare("DateGreaterThanEquals", `"2026-11-24"`, "2026-11-24T00:00:00Z", holds),
		compare("DateEquals", `"2026-11-24T12:00:00Z"`, "2026-11-24T13:00:00+01:00", holds),
		compare("DateEquals", `"2026-11-24T12:00:00Z"`, "2026-11-24T07:00:00-0500", holds),
		compare("DateEquals", `"2026-11-24T12:00Z"`, "1795521600", holds),
		compare("DateEquals", `"2000-03-01T00:00:00Z"`, "951868800", holds),
		compare("DateEquals", `"1970"`, "1970-01-01T00:00:00Z", holds),
		compare("DateEquals", `"1969-12-31T23:59:59Z"`, "1970-01-01T00:00:00Z", fails),
		compare("DateNotEquals", `"2026-11-24"`, "2026-11-24T00:00:00Z", fails),
		compare("DateNotEquals", `"2026-11"`, "2026-11-02T00:00:00Z", holds),
		compare("DateLessThan", `"2026-02-29"`, "2020-01-01", isUnsure),
		compare("DateLessThan", `"2026-11-24T12:00:00"`, "2020-01-01", isUnsure),
		compare("DateLessThan", `"24 Nov 2026"`, "2020-01-01", isUnsure),
		compare("DateLessThan", `"2026-11-24T25:00:00Z"`, "2020-01-01", isUnsure),
		{pageOperators, `{"DateLessThan":{"aws:CurrentTime":"2026-11-24"}}`, nil, fails},
	}
}

func addressCases() []operatorCase {
	in := func(ranges, address, want string) operatorCase {
		return operatorCase{pageOperators, `{"IpAddress":{"aws:SourceIp":` + ranges + `}}`, []string{"aws:SourceIp", address}, want}
	}
	return []operatorCase{
		in(`"192.0.2.0/24"`, "192.0.2.77", holds),
		in(`"192.0.2.0/24"`, "192.0.3.77", fails),
		in(`"192.0.2.5/24"`, "192.0.2.77", holds),
		in(`"192.0.2.77"`, "192.0.2.77", holds),
		in(`"192.0.2.77"`, "192.0.2.78", fails),
		in(`"0.0.0.0/0"`, "203.0.113.9", holds),
		in(`"0.0.0.0/0"`, "2001:db8::1", fails),
		in(`["192.0.2.0/24","2001:db8::/32"]`, "2001:DB8:0:0::1", holds),
		in(`"2001:db8::/33"`, "2001:db8:8000::1", fails),
		in(`"192.0.2.0/24"`, "::ffff:192.0.2.1", isUnsure),
		in(`"192.0.2.0/24"`, "::ffff:192.0.3.1", fails),
		in(`"::ffff:192.0.2.0/120"`, "192.0.2.1", isUnsure),
		in(`"192.0.2.0/33"`, "192.0.2.1", isUnsure),
		in(`"office"`, "192.0.2.1", isUnsure),
		in(`"192.0.2.0/24"`, "cloudformation.amazonaws.com", isUnsure),
		{pageOperators, `{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`, nil, fails},
		{pageOperators, `{"NotIpAddress":{"aws:SourceIp":["192.0.2.0/24","198.51.100.0/24"]}}`, []string{"aws:SourceIp", "198.51.100.3"}, fails},
		{pageOperators, `{"NotIpAddress":{"aws:SourceIp":["192.0.2.0/24","198.51.100.0/24"]}}`, []string{"aws:SourceIp", "203.0.113.3"}, holds},
		{pageOperators, `{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`, nil, holds},
	}
}

func quantifierCases() []operatorCase {
	two := []string{"aws:TagKeys", "team", "aws:TagKeys", "cost"}
	return []operatorCase{
		{pageOperators, `{"StringEqualsIfExists":{"k:v":"a"}}`, nil, holds},
		{pageOperators, `{"StringEqualsIfExists":{"k:v":"a"}}`, []string{"k:v", "b"}, fails},
		{pageOperators, `{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}`, nil, holds},
		{pageOperators, `{"StringNotEqualsIfExists":{"k:v":"a"}}`, []string{"k:v", "a"}, fails},
		{pageOperators, `{"ForAnyValue:StringEqualsIfExists":{"k:v":"a"}}`, nil, holds},

		{pageSets, `{"ForAllValues:StringEquals":{"aws:TagKeys":["team","cost"]}}`, two, holds},
		{pageSets, `{"ForAllValues:StringEquals":{"aws:TagKeys":["team","cost","more"]}}`, two[:2], holds},
		{pageSets, `{"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}}`, two, fails},
		{pageSets, `{"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}}`, nil, holds},
		{pageSets, `{"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}}`, []string{"aws:TagKeys", ""}, holds},
		{pageSets, `{"ForAllValues:StringNotEquals":{"aws:TagKeys":["secret"]}}`, two, holds},
		{pageSets, `{"ForAllValues:StringNotEquals":{"aws:TagKeys":["team"]}}`, two, fails},
		{pageSets, `{"ForAllValues:StringLike":{"aws:TagKeys":"c*"}}`, two, fails},
		{pageSets, `{"ForAnyValue:StringEquals":{"aws:TagKeys":["team","more"]}}`, two, holds},
		{pageSets, `{"ForAnyValue:StringEquals":{"aws:TagKeys":["more"]}}`, two, fails},
		{pageSets, `{"ForAnyValue:StringEquals":{"aws:TagKeys":["team"]}}`, nil, fails},
		{pageSets, `{"ForAnyValue:StringNotEquals":{"aws:TagKeys":["team"]}}`, nil, fails},
		{pageSets, `{"ForAnyValue:StringNotEquals":{"aws:TagKeys":["team"]}}`, two, holds},
		{pageSets, `{"ForAnyValue:StringNotEquals":{"aws:TagKeys":["team","cost"]}}`, two, fails},
		{
			pageSets, `{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"}}`,
			[]string{"aws:PrincipalOrgPaths", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/ou-ab12-22222222/"},
			holds,
		},
		{pageSets, `{"ForAllValues:StringEquals":{"aws:TagKeys":["team"]},"Null":{"aws:TagKeys":"false"}}`, nil, fails},
		{pageSets, `{"StringEquals":{"aws:TagKeys":["team","cost"]}}`, two, holds},
		{pageSets, `{"StringEquals":{"aws:TagKeys":"team"}}`, two, isUnsure},
		{pageSets, `{"StringNotEquals":{"aws:TagKeys":"team"}}`, two, isUnsure},
		{pageSets, `{"StringEquals":{"aws:TagKeys":"more"}}`, two, fails},
	}
}

func variableCases() []operatorCase {
	tag := func(value string) []string { return []string{"k:v", value, "aws:PrincipalTag/team", "blue"} }
	return []operatorCase{
		{pageVariables, `{"StringEquals":{"k:v":"${aws:PrincipalTag/team}"}}`, tag("blue"), holds},
		{pageVariables, `{"StringEquals":{"k:v":"${AWS:principaltag/TEAM}"}}`, tag("blue"), holds},
		{pageVariables, `{"StringEquals":{"k:v":"${aws:PrincipalTag/team}"}}`, tag("red"), fails},
		{pageVariables, `{"StringLike":{"k:v":"${aws:PrincipalTag/team}/*"}}`, tag("blue/x"), holds},
		{pageVariables, `{"StringLike":{"k:v":"home/${aws:username}/*"}}`, tag("home/alice/x"), holds},
		{pageVariables, `{"StringEquals":{"k:v":"${aws:PrincipalTag/none, 'company'}"}}`, tag("company"), holds},
		{pageVariables, `{"StringEquals":{"k:v":"${aws:PrincipalTag/team, 'company'}"}}`, tag("company"), fails},
		{pageVariables, `{"StringEquals":{"k:v":"${aws:PrincipalTag/none, 'a}b'}"}}`, tag("a}b"), holds},
		{pageVariables, `{"StringEquals":{"k:v":"${aws:PrincipalTag/none}"}}`, tag("blue"), fails},
		{pageVariables, `{"StringEquals":{"k:v":"${aws:PrincipalTag/none}"}}`, tag(""), fails},
		{pageVariables, `{"StringNotEquals":{"k:v":"${aws:PrincipalTag/none}"}}`, tag("blue"), holds},
		{pageVariables, `{"StringEquals":{"k:v":["${aws:PrincipalTag/none}","blue"]}}`, tag("blue"), holds},
		{pageVariables, `{"StringLike":{"k:v":"a${*}c"}}`, tag("abc"), fails},
		{pageVariables, `{"StringLike":{"k:v":"a${*}c"}}`, tag("a*c"), holds},
		{pageVariables, `{"StringLike":{"k:v":"a${?}c"}}`, tag("a?c"), holds},
		{pageVariables, `{"StringEquals":{"k:v":"${$}{x}"}}`, tag("${x}"), holds},
		{pageVariables, `{"StringLike":{"k:v":"${k:p}"}}`, append(tag("abc"), "k:p", "a*"), fails},
		{pageVariables, `{"StringEquals":{"k:v":"${k:p}"}}`, append(tag("a"), "k:p", "a", "k:p", "b"), isUnsure},
		{pageVariables, `{"StringEquals":{"k:v":"${aws:username"}}`, tag("${aws:username"), isUnsure},
		{pageVariables, `{"StringEquals":{"k:v":"${aws:PrincipalTag/none, company}"}}`, tag("company"), isUnsure},
		{pageVariables, `{"NumericEquals":{"k:v":"${k:n}"}}`, append(tag("1"), "k:n", "1"), isUnsure},
		{pageVariables, `{"ArnLike":{"k:v":"arn:aws:iam::111122223333:user/${aws:username}"}}`, tag(alice), holds},
	}
}

func TestOperators(t *testing.T) {
	outcomes := map[string][2]iampolicy.Outcome{
		holds: {allowed, explicitly}, fails: {implicitly, allowed}, isUnsure: {implicitly, explicitly},
	}
	for _, c := range operatorCases() {
		t.Run(c.condition+fmt.Sprint(c.context), func(t *testing.T) {
			r := withContext(ask(alice, "s3:GetObject", object), c.context...)
			for i, effect := range []string{"Allow", "Deny"} {
				p := iampolicy.ReadPolicy("", []byte(conditional(effect, c.condition)))
				if p.Err != nil {
					t.Fatal(p.Err)
				}
				got := iampolicy.Evaluate(r, iampolicy.Policies{Identity: []iampolicy.Policy{p}})
				if got.Outcome != outcomes[c.want][i] {
					t.Errorf("%s: %s because %s; the condition %s\nsee %s", effect, got.Outcome, got.By, c.want, c.page)
				}
			}
		})
	}
}

// TestOldVersion holds that variables are plain text where the document does not say that it is of 2012.
func TestOldVersion(t *testing.T) {
	condition := `{"StringEquals":{"k:v":"${aws:username}"}}`
	for version, want := range map[string][2]iampolicy.Outcome{
		"2012-10-17": {allowed, implicitly}, "2008-10-17": {implicitly, allowed}, "": {implicitly, allowed},
	} {
		for i, value := range []string{"alice", "${aws:username}"} {
			p := iampolicy.ReadPolicy("", []byte(conditionalVersion(version, "Allow", condition)))
			got := iampolicy.Evaluate(withContext(ask(alice, "s3:GetObject", object), "k:v", value), iampolicy.Policies{Identity: []iampolicy.Policy{p}})
			if got.Outcome != want[i] {
				t.Errorf("version %q, value %q: %s because %s; see %s", version, value, got.Outcome, got.By, pageVersion)
			}
		}
	}
}

func TestVariablesInResources(t *testing.T) {
	for resource, want := range map[string]iampolicy.Outcome{
		"arn:aws:s3:::home/${aws:username}/*":                allowed,
		"arn:aws:s3:::home/${aws:username, 'x'}/*":           allowed,
		"arn:aws:s3:::home/${aws:PrincipalTag/team}/*":       implicitly,
		"arn:aws:s3:::home/${aws:PrincipalTag/t, 'alice'}/*": allowed,
		"arn:aws:s3:::home/${*}/*":                           implicitly,
		"arn:aws:s3:::home/${aws:username":                   implicitly,
	} {
		got := iampolicy.Evaluate(ask(alice, "s3:GetObject", "arn:aws:s3:::home/alice/notes"),
			iampolicy.Policies{Identity: documents(`{"Effect":"Allow","Action":"s3:*","Resource":"` + resource + `"}`)})
		if got.Outcome != want {
			t.Errorf("%s: %s because %s; see %s", resource, got.Outcome, got.By, pageVariables)
		}
	}
}

// TestKnownKeys holds which keys follow from the principal and the resource.
func TestKnownKeys(t *testing.T) {
	for _, c := range []struct{ principal, condition, want string }{
		{alice, `{"StringEquals":{"aws:username":"alice","aws:PrincipalType":"User","aws:PrincipalAccount":"111122223333"}}`, holds},
		{alice, `{"ArnEquals":{"aws:PrincipalArn":"` + alice + `"}}`, holds},
		{appSession, `{"ArnEquals":{"aws:PrincipalArn":"` + appRole + `"}}`, holds},
		{appSession, `{"StringEquals":{"aws:PrincipalType":"AssumedRole"}}`, holds},
		{appSession, `{"Null":{"aws:username":"true"}}`, holds},
		{appSession, `{"Bool":{"aws:PrincipalIsAWSService":"false"}}`, holds},
		{alice, `{"StringEquals":{"aws:ResourceAccount":"111122223333"}}`, holds},
		{alice, `{"Null":{"aws:CurrentTime":"true","aws:MultiFactorAuthPresent":"true","aws:SourceIp":"true"}}`, holds},
	} {
		p := iampolicy.ReadPolicy("", []byte(conditional("Allow", c.condition)))
		got := iampolicy.Evaluate(ask(c.principal, "sqs:SendMessage", queue), iampolicy.Policies{Identity: []iampolicy.Policy{p}})
		if (got.Outcome == allowed) != (c.want == holds) {
			t.Errorf("%s: %s: %s because %s", c.principal, c.condition, got.Outcome, got.By)
		}
	}
}
