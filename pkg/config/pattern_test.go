package config

import "testing"

func TestPattern(t *testing.T) {
	for _, c := range []struct {
		pattern Pattern
		text    string
		want    bool
	}{
		{"arn:aws:iam::111122223333:role/ci-*", "arn:aws:iam::111122223333:role/ci-build", true},
		{"arn:aws:iam::111122223333:role/ci-*", "arn:aws:iam::111122223333:role/ci-", true},
		{"arn:aws:iam::111122223333:role/ci-*", "arn:aws:iam::111122223333:role/ci-x/admin", false},
		{"arn:aws:iam::111122223333:role/ci-*", "arn:aws:iam::111122223333:role/team/ci-build", false},
		{"arn:aws:iam::111122223333:role/ci-*", "arn:aws:iam::111122223333:role/CI-build", false},
		{"arn:aws:iam::111122223333:role/ci-*", "arn:aws:iam::444455556666:role/ci-build", false},
		{"arn:aws:iam::111122223333:role/ci-*", "xarn:aws:iam::111122223333:role/ci-build", false},
		{"arn:aws:iam::111122223333:role/ci-*", "arn:aws:iam::111122223333:role/ci-a\nb", true},
		{"arn:aws:iam::*:role/ci", "arn:aws:iam::444455556666:role/ci", true},
		{"arn:aws:iam::*:role/ci", "arn:aws:iam::1:user/x:role/ci", false},
		{"arn:aws:iam::111122223333:role/**", "arn:aws:iam::111122223333:role/a/b/c", true},
		{"arn:aws:iam::111122223333:role/**/ci", "arn:aws:iam::111122223333:role/a/b/ci", true},
		{"arn:aws:iam::111122223333:role/**/ci", "arn:aws:iam::111122223333:role/ci", false},
		{"a***b", "a/x:b", true},
		{"SecurityGroup/sg-0?", "SecurityGroup/sg-01", true},
		{"SecurityGroup/sg-0?", "SecurityGroup/sg-0", false},
		{"SecurityGroup/sg-0?", "SecurityGroup/sg-012", false},
		{"a?b", "a/b", false},
		{"User/b.b", "User/bob", false},
		{"User/b.b", "User/b.b", true},
		{"User/[a-z]+", "User/x", false},
		{"User/ü?", "User/üé", true},
		{"*a*b", "xxaxxb", true},
		{"*a*b", "a/ab", false},
		{"", "", true},
		{"", "x", false},
	} {
		if got := c.pattern.Regexp(false).MatchString(c.text); got != c.want {
			t.Errorf("%q on %q: %v, want %v", c.pattern, c.text, got, c.want)
		}
	}
	if !Pattern("Break-*").Regexp(true).MatchString("break-GLASS") {
		t.Error("with fold, letter case counts")
	}
}

func TestTarget(t *testing.T) {
	for arn, want := range map[Pattern][3]string{
		"arn:aws:iam::111122223333:user/bob":              {"user", "111122223333", "bob"},
		"arn:aws:iam::*:role/a/b/Break-*":                 {"role", "*", "Break-*"},
		"arn:aws:iam::111122223333:root":                  {"root", "111122223333", ""},
		"arn:aws:sts::111122223333:assumed-role/ci/build": {},
	} {
		kind, account, name := Principal{Pattern: arn}.Target()
		if got := [3]string{kind, string(account), string(name)}; got != want {
			t.Errorf("%s: got %v, want %v", arn, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"stance", "rules", "accounts", "exceptions", "IAM-002"}
	for text, want := range map[string]string{
		"stanec": "stance", "Rules": "rules", "exception": "exceptions", "iam-002": "IAM-002", "zzz": "", "": "",
	} {
		if got := Nearest(text, known); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
