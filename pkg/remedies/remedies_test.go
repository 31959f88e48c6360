package remedies

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedies/identity"
	"riposte/pkg/remedy"
)

func TestEveryActionHasOneRemedy(t *testing.T) {
	var want, got []string
	for _, a := range actions.All() {
		want = append(want, a.ID)
	}
	for _, r := range All(access.HomeAccount(aws.Config{}, access.Known(""))) {
		got = append(got, r.Action().ID)
		if a, _ := actions.ByID(r.Action().ID); cmp.Diff(a, r.Action()) != "" {
			t.Errorf("the remedy of %s is bound to another action than the documented one", r.Action().ID)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("remedies do not fit the actions (-actions +remedies):\n%s", diff)
	}
}

// TestForeignFindings holds that no remedy reads or writes anything for a finding that it is not made for.
func TestForeignFindings(t *testing.T) {
	accounts := func(context.Context, remedy.Target) (aws.Config, error) {
		return aws.Config{}, errors.New("access was asked for")
	}
	findings := []detect.Finding{
		{},
		{Resource: detect.Resource{Type: detect.Account, ID: "111122223333"}},
		{Resource: detect.Resource{Type: "Bucket", ID: "reports"}},
		{Resource: detect.Resource{Type: detect.User}},
		{Resource: detect.Resource{Type: detect.Policy, ID: "bob"}},
		{Resource: detect.Resource{Type: detect.Trail}},
		{Resource: detect.Resource{Type: detect.SecurityGroup, ID: "default"}},
		{Resource: detect.Resource{Type: detect.AccessKey, Parent: "bob"}},
	}
	for _, r := range All(accounts) {
		for _, f := range findings {
			f.Event = detect.EventRef{Account: "111122223333", Region: "us-east-1", Partition: "aws"}
			c, nothing, err := r.Plan(t.Context(), f, nil)
			var refusal *remedy.Refusal
			if c != nil || nothing != "" || !errors.As(err, &refusal) {
				t.Errorf("%s plans %v, %q, %v for %s; want a refusal", r.Action().ID, c, nothing, err, f.Resource)
			}
		}
	}
}

func TestJudge(t *testing.T) {
	for document, want := range map[string]struct {
		grade    identity.Grade
		unjudged bool
	}{
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`:                                 {grade: 3},
		`{"Statement":{"Effect":"Allow","Action":"ec2:*","Resource":"*"}}`:                             {grade: 2},
		`{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::reports/*"}}`: {},
		`not a document`: {unjudged: true},
		``:               {unjudged: true},
	} {
		grade, err := judge([]byte(document))
		if grade != want.grade || (err != nil) != want.unjudged {
			t.Errorf("judge(%s) = %v, %v; want %+v", document, grade, err, want)
		}
	}
}
