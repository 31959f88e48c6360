package sigma_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/detect"
)

func TestPattern(t *testing.T) {
	const iam, s3 = "iam.amazonaws.com", "s3.amazonaws.com"
	tests := []struct {
		name, detection string
		want            detect.Pattern
	}{
		{"source and name", "s: {eventSource: iam.amazonaws.com, eventName: CreateUser}\ncondition: s", detect.Pattern{{Source: iam, Names: []string{"CreateUser"}}}},
		{"source in capitals", "s: {eventSource: IAM.amazonaws.com, eventName: CreateUser}\ncondition: s", detect.Pattern{{Source: iam, Names: []string{"CreateUser"}}}},
		{"name alone", "s: {eventName: [CreateUser, DeleteUser]}\ncondition: s", detect.Pattern{{Names: []string{"CreateUser", "DeleteUser"}}}},
		{"name that is not as AWS writes it", "s: {eventSource: iam.amazonaws.com, eventName: createuser}\ncondition: s", detect.Pattern{{Source: iam}, {Source: iam, Reads: true}}},
		{"name with a wildcard", "s: {eventSource: iam.amazonaws.com, eventName: 'Create*'}\ncondition: s", detect.Pattern{{Source: iam}, {Source: iam, Reads: true}}},
		{"name with a date", "s: {eventSource: lambda.amazonaws.com, eventName: [AddPermission20150331v2, Invoke]}\ncondition: s", detect.Pattern{
			{Source: "lambda.amazonaws.com", Names: []string{"Invoke"}}, {Source: "lambda.amazonaws.com", Names: []string{"AddPermission"}, Dated: true},
		}},
		{"names that read", "s: {eventSource: s3.amazonaws.com, eventName: [ListBuckets, PutBucketAcl]}\ncondition: s", detect.Pattern{
			{Source: s3, Names: []string{"ListBuckets", "PutBucketAcl"}}, {Source: s3, Names: []string{"ListBuckets"}, Reads: true},
		}},
		{"caller", "s: {userIdentity.type: root}\ncondition: s", detect.Pattern{{Identity: "Root"}, {Identity: "Root", Reads: true}}},
		{"caller that nobody knows", "s: {userIdentity.type: Martian}\ncondition: s", detect.Pattern{{Every: true}, {Every: true, Reads: true}}},
		{"caller, writing", "s: {userIdentity.type: Root, readOnly: false}\ncondition: s", detect.Pattern{{Identity: "Root", Writes: true}}},
		{"reading", "s: {userIdentity.type: Root, readOnly: 'true'}\ncondition: s", detect.Pattern{{Identity: "Root", Reads: true}}},
		{"agent", "s: {userAgent|contains: [kali, 'p*acu/']}\ncondition: s", detect.Pattern{{Agents: []string{"kali", "acu/"}}, {Agents: []string{"kali", "acu/"}, Reads: true}}},
		{"agent beyond ASCII", "s: {userAgent|contains: [kali, äöü]}\ncondition: s", detect.Pattern{{Every: true}, {Every: true, Reads: true}}},
		{"all of two agents", "s: {userAgent|contains|all: [a, b]}\ncondition: s", detect.Pattern{{Every: true}, {Every: true, Reads: true}}},
		{"error", "s: {errorCode: AccessDenied, readOnly: false}\ncondition: s", detect.Pattern{{Errors: []string{"AccessDenied"}, Writes: true}}},
		{"error that begins so", "s: {errorCode|startswith: Access, readOnly: false}\ncondition: s", detect.Pattern{{Every: true, Writes: true}}},
		{"no error", "s: {eventName: CreateUser, errorCode: null}\ncondition: s", detect.Pattern{{Names: []string{"CreateUser"}}}},
		{"alternatives", "a: {eventSource: iam.amazonaws.com, eventName: CreateUser}\nb: {eventSource: s3.amazonaws.com, eventName: PutBucketAcl}\ncondition: 1 of them", detect.Pattern{
			{Source: iam, Names: []string{"CreateUser"}}, {Source: s3, Names: []string{"PutBucketAcl"}},
		}},
		{"narrower alternatives fall away", "s: {eventName: CreateUser}\nx_a: {errorCode: Success}\nx_b: {errorCode: null}\ncondition: s and 1 of x_*", detect.Pattern{{Names: []string{"CreateUser"}}}},
		{"two sources", "s: {eventSource: [iam.amazonaws.com, s3.amazonaws.com], eventName: CreateUser}\ncondition: s", detect.Pattern{
			{Source: iam, Names: []string{"CreateUser"}}, {Source: s3, Names: []string{"CreateUser"}},
		}},
		{"a filter says nothing", "s: {eventName: CreateUser}\nf: {eventSource: s3.amazonaws.com}\ncondition: s and not f", detect.Pattern{{Names: []string{"CreateUser"}}}},
		{"not not", "s: {eventName: CreateUser}\ncondition: not (not s)", detect.Pattern{{Names: []string{"CreateUser"}}}},
		{"not either", "s: {eventName: CreateUser}\nf: {a: x}\ncondition: not (f or not s)", detect.Pattern{{Names: []string{"CreateUser"}}}},
		{"part that cannot be", "s: {eventName: CreateUser}\na: {eventName: DeleteUser}\nb: {eventName: CreateUser}\ncondition: s and (a or b)", detect.Pattern{{Names: []string{"CreateUser"}}}},
		{"everything", "s: {sourceIPAddress|cidr: 198.51.100.0/24}\ncondition: s", detect.Pattern{{Every: true}, {Every: true, Reads: true}}},
		{"two of three", "s_a: {eventName: CreateUser}\ns_b: {eventName: [CreateUser, DeleteUser]}\ns_c: {eventSource: iam.amazonaws.com}\ncondition: 2 of s_*", detect.Pattern{
			{Names: []string{"CreateUser", "DeleteUser"}}, {Source: iam}, {Source: iam, Reads: true},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := load(t, ruleOf(tt.detection)).Rules[0]
			if diff := cmp.Diff(tt.want, r.Pattern); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if err := detect.Validate([]*detect.Rule{r}); err != nil {
				t.Error(err)
			}
		})
	}
}
