package sharing

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedy"
)

// TestUnshareLeavesOutTheEmptyList holds that a direction in which nobody goes is no part of a write.
func TestUnshareLeavesOutTheEmptyList(t *testing.T) {
	live := grantees{everyone, "444455556666"}
	writes := 0
	r := unshare(shareList[int]{
		action: actions.UnshareDBSnapshot(), kind: detect.DBSnapshot, noun: "database snapshot", known: isAccount,
		client: func(context.Context, remedy.Target) (int, error) { return 0, nil },
		read:   func(context.Context, int, string) (grantees, error) { return live, nil },
		write: func(_ context.Context, _ int, _ string, add, remove grantees) error {
			writes++
			if (add == nil) == (remove == nil) {
				t.Errorf("write %d adds %#v and removes %#v; want one of them nil", writes, add, remove)
			}
			live = append(live.without(remove), add...)
			return nil
		},
	})
	c, _, err := r.Plan(t.Context(), finding(detect.DBSnapshot, "orders", "ModifyDBSnapshotAttribute", map[string]string{detect.ParamGrantees: `["all"]`}), nil)
	if err != nil || c == nil {
		t.Fatalf("plan: %v, %v", c, err)
	}
	if err := r.Apply(t.Context(), *c); err != nil || !live.equal(grantees{"444455556666"}) {
		t.Fatalf("applied: %v, live %v", err, live)
	}
	if err := r.Undo(t.Context(), *c); err != nil || !live.equal(grantees{everyone, "444455556666"}) || writes != 2 {
		t.Fatalf("undone: %v, live %v after %d writes", err, live, writes)
	}
}

// TestGrantKeepsItsConstraints holds that the grant which undo makes lets in nobody for more than the one before.
func TestGrantKeepsItsConstraints(t *testing.T) {
	g := grantOf(types.GrantListEntry{
		GrantId: aws.String("0a"), GranteePrincipal: aws.String("arn:aws:iam::444455556666:role/reader"),
		RetiringPrincipal: aws.String("rds.amazonaws.com"), RetiringServicePrincipal: aws.String("rds.amazonaws.com"),
		Operations:  []types.GrantOperation{types.GrantOperationDecrypt},
		Constraints: &types.GrantConstraints{SourceArn: aws.String("arn:aws:s3:::records")},
	})
	raw, err := json.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	var journaled grant
	if err := json.Unmarshal(raw, &journaled); err != nil {
		t.Fatal(err)
	}
	in := requestOf(remedy.Target{ID: "key-1"}, journaled)
	if in.Constraints == nil || aws.ToString(in.Constraints.SourceArn) != "arn:aws:s3:::records" {
		t.Errorf("constraints: %+v, want the source", in.Constraints)
	}
	if in.RetiringPrincipal != nil || aws.ToString(in.RetiringServicePrincipal) != "rds.amazonaws.com" {
		t.Errorf("retiring: %v and %v, want the service alone", in.RetiringPrincipal, in.RetiringServicePrincipal)
	}
	if aws.ToString(in.GranteePrincipal) != "arn:aws:iam::444455556666:role/reader" || in.GranteeServicePrincipal != nil {
		t.Errorf("grantee: %v and %v, want the role alone", in.GranteePrincipal, in.GranteeServicePrincipal)
	}
	wider := journaled
	wider.Source = ""
	if (grants{journaled}).equal(grants{wider}) {
		t.Error("a grant without its source counts as the same")
	}
}
