package iampolicy_test

import (
	"strings"
	"testing"

	"riposte/pkg/iampolicy"
)

func TestMatch(t *testing.T) {
	tests := []struct {
		pattern, text string
		text1, action bool
	}{
		{"*", "", true, true},
		{"*", "a:b/c", true, true},
		{"", "", true, true},
		{"", "a", false, false},
		{"?", "", false, false},
		{"?", "é", true, true},
		{"??", "é", false, false},
		{"a*c", "abbc", true, true},
		{"a*c", "abbcd", false, false},
		{"A*", "abc", false, true},
		{"s3:Get?bject", "s3:GetObject", true, true},
		{"s3:get?bject", "s3:GetObject", false, true},
		{" s3:GetObject", "s3:GetObject", false, false},
		{"*a*b*c", "xaybzbc", true, true},
		{"arn:*:role/*", "arn:aws:iam::111122223333:role/a", true, true},
		{strings.Repeat("*a", 40) + "b", strings.Repeat("a", 400), false, false},
	}
	for _, tt := range tests {
		if got := iampolicy.Match(tt.pattern, tt.text); got != tt.text1 {
			t.Errorf("Match(%q, %q) = %v", tt.pattern, tt.text, got)
		}
		if got := iampolicy.MatchAction(tt.pattern, tt.text); got != tt.action {
			t.Errorf("MatchAction(%q, %q) = %v", tt.pattern, tt.text, got)
		}
	}
}

func TestCovers(t *testing.T) {
	tests := []struct {
		pattern, other string
		want           bool
	}{
		{"*", "*", true},
		{"*", "arn:aws:s3:::a/*", true},
		{"arn:aws:s3:::a/*", "*", false},
		{"arn:aws:s3:::a*", "arn:aws:s3:::a/*", true},
		{"arn:aws:s3:::a/?", "arn:aws:s3:::a/*", false},
		{"arn:aws:s3:::a/?", "arn:aws:s3:::a/?", true},
		{"a?*", "a*", false},
		{"**", "*", true},
	}
	for _, tt := range tests {
		if got := iampolicy.Covers(tt.pattern, tt.other); got != tt.want {
			t.Errorf("Covers(%q, %q) = %v", tt.pattern, tt.other, got)
		}
	}
}

func TestARN(t *testing.T) {
	a, ok := iampolicy.ParseARN("arn:aws-cn:logs:cn-north-1:111122223333:log-group:a:*")
	want := iampolicy.ARN{Partition: "aws-cn", Service: "logs", Region: "cn-north-1", Account: "111122223333", Resource: "log-group:a:*"}
	if !ok || a != want || a.String() != "arn:aws-cn:logs:cn-north-1:111122223333:log-group:a:*" {
		t.Errorf("ParseARN = %+v, %v", a, ok)
	}
	for _, text := range []string{"", "*", "arn:aws:s3", "ARN:aws:s3:::a", "arn:aws:s3:::"[:11]} {
		if a, ok := iampolicy.ParseARN(text); ok {
			t.Errorf("ParseARN(%q) = %+v", text, a)
		}
	}
	for _, tt := range []struct {
		pattern, arn string
		want         bool
	}{
		{"arn:aws:iam::*:role/a", "arn:aws:iam::111122223333:role/a", true},
		{"arn:*:role/a", "arn:aws:iam::111122223333:role/a", false},
		{"arn:aws:sns:*:*:t", "arn:aws:sns:eu-west-1:111122223333:t", true},
		{"arn:aws:sns:*:t", "arn:aws:sns:eu-west-1:111122223333:t", false},
		{"*", "arn:aws:sns:eu-west-1:111122223333:t", true},
	} {
		if got := iampolicy.MatchARN(tt.pattern, tt.arn); got != tt.want {
			t.Errorf("MatchARN(%q, %q) = %v", tt.pattern, tt.arn, got)
		}
	}
	if !iampolicy.IsAccount("111122223333") || iampolicy.IsAccount("11112222333x") || iampolicy.IsAccount("1") {
		t.Error("IsAccount")
	}
}
