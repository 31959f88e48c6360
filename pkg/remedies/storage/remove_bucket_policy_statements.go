package storage

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedies/policytext"
	"riposte/pkg/remedy"
)

// A policyState says which statements a bucket's policy has, and which it lacks, as far as a change is concerned: what else
// stands in the policy may change meanwhile. A state that was read has the whole document as well.
type policyState struct {
	Has      []statement `json:"has"`
	Lacks    []statement `json:"lacks,omitempty"`
	Document string      `json:"document,omitempty"` // the policy as a whole; "" for none
}

// RemoveBucketPolicyStatements takes exactly the statements out of a bucket's policy that let strangers in and that the event
// put there.
func RemoveBucketPolicyStatements(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*store, *policyState]{
		Action: actions.RemoveBucketPolicyStatements(),
		Lens: remedy.Lens[*store, *policyState]{
			Client: client(accounts),
			Read:   readPolicy,
			Write:  writePolicy,
			Equal:  meets,
			Differ: func(want, live *policyState) []string {
				return policytext.Differences(written(want.Has), written(want.Lacks), live.Document)
			},
		},
		Find:    func(f detect.Finding) (remedy.Target, error) { return findBucket(f, detect.ParamStatements) },
		Want:    wantPolicy,
		Aspect:  "bucket-policy",
		Restore: restorePolicy,
		Summary: func(t remedy.Target, before, after *policyState) string {
			text := fmt.Sprintf("policy of bucket %s: %s removed", t.ID, labels(before.Has))
			if len(after.Has) > 0 {
				text += ", " + labels(after.Has) + " restored"
			}
			return text
		},
		Nothing: func(t remedy.Target, _ *policyState) string {
			return fmt.Sprintf("the policy of bucket %s has no statement left that the event added and that lets strangers in", t.ID)
		},
	})
}

// written returns statements as they are written.
func written(statements []statement) []string {
	texts := make([]string, 0, len(statements))
	for _, s := range statements {
		texts = append(texts, s.Text)
	}
	return texts
}

// labels names statements for people.
func labels(statements []statement) string {
	names := make([]string, 0, len(statements))
	for _, s := range statements {
		name := fmt.Sprintf("statement %d", s.Index+1)
		if s.Sid != "" {
			name += " (" + s.Sid + ")"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// meets reports whether a live state is what another one describes. A statement that the state lacks is not there under the
// same Sid with another content either: then somebody has changed it.
func meets(live, want *policyState) bool {
	d, err := takeApart(live.Document)
	if err != nil {
		return false
	}
	for _, s := range want.Has {
		if !d.has(s.Hash) {
			return false
		}
	}
	for _, s := range d.statements {
		expected := slices.ContainsFunc(want.Has, func(w statement) bool { return w.Hash == s.Hash })
		if !expected && slices.ContainsFunc(want.Lacks, func(w statement) bool { return w.Hash == s.Hash || w.Sid != "" && w.Sid == s.Sid }) {
			return false
		}
	}
	return true
}

func readPolicy(ctx context.Context, api *store, t remedy.Target) (*policyState, error) {
	state := &policyState{Has: []statement{}}
	err := api.call(func(api *s3.Client) error {
		out, err := api.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: aws.String(t.ID), ExpectedBucketOwner: owner(t)})
		if err == nil {
			state.Document = aws.ToString(out.Policy)
		}
		return err
	})
	if access.Coded(err, "NoSuchBucketPolicy") {
		return state, nil
	}
	if err != nil {
		return nil, access.Gone(err, noSuchBucket)
	}
	d, err := takeApart(state.Document)
	if err != nil {
		return nil, &remedy.Refusal{Reason: fmt.Sprintf("the policy of bucket %s cannot be taken apart", t.ID), Err: err}
	}
	asked := strings.Split(t.Params[detect.ParamStatements], ",")
	for _, s := range d.statements {
		if slices.Contains(asked, s.Hash) {
			state.Has = append(state.Has, s)
		}
	}
	return state, nil
}

func wantPolicy(_ context.Context, _ *store, _ detect.Finding, t remedy.Target, before *policyState) (*policyState, error) {
	if len(before.Has) > 0 {
		return &policyState{Has: []statement{}, Lacks: before.Has}, nil
	}
	verdict := iampolicy.JudgeResource([]byte(before.Document), "s3", iampolicy.Context{Account: t.Account})
	if before.Document != "" && (!verdict.Judged || slices.Contains(verdict.Codes(), iampolicy.Public)) {
		return nil, remedy.Refuse("the policy of bucket %s still lets everyone in, or cannot be judged, by other statements than the "+
			"event's: a person has to look", t.ID)
	}
	return before, nil
}

// restorePolicy goes back to the policy that the event replaced, while nobody has written another one since. Statements that
// stood there before the event are not its doing.
func restorePolicy(ctx context.Context, api *store, f detect.Finding, t remedy.Target, before, good *policyState) (*policyState, error) {
	former, err := takeApart(good.Document)
	if err != nil || good.Document == "" || len(before.Has) == 0 {
		return wantPolicy(ctx, api, f, t, before)
	}
	added := slices.DeleteFunc(slices.Clone(before.Has), func(s statement) bool { return former.has(s.Hash) })
	if len(added) == 0 {
		return before, nil
	}
	if !policytext.Still(f, before.Document) {
		return &policyState{Has: []statement{}, Lacks: added}, nil
	}
	live, err := takeApart(before.Document)
	if err != nil {
		return nil, err
	}
	after := &policyState{Has: missing(former, live), Lacks: missing(live, former), Document: good.Document}
	before.Has, before.Lacks = after.Lacks, after.Has // undo takes out again what comes back
	return after, nil
}

// missing returns the statements of one policy that another lacks.
func missing(from, in document) []statement {
	out := []statement{}
	for _, s := range from.statements {
		if !in.has(s.Hash) {
			out = append(out, s)
		}
	}
	return out
}

// writePolicy takes statements out of the live policy and puts others in where they stood.
func writePolicy(ctx context.Context, api *store, t remedy.Target, from, to *policyState) error {
	live, err := takeApart(from.Document)
	if err != nil {
		return err
	}
	whole, err := takeApart(to.Document)
	if err != nil {
		return err
	}
	if from.Document == "" {
		live.head, live.tail = whole.head, whole.tail
	}
	live.statements = slices.DeleteFunc(live.statements, func(s statement) bool {
		return slices.ContainsFunc(to.Lacks, func(w statement) bool { return w.Hash == s.Hash })
	})
	for _, s := range to.Has {
		if !live.has(s.Hash) {
			// Only where somebody forces it is there another of the same id, which would make two of one.
			live.statements = slices.DeleteFunc(live.statements, func(w statement) bool { return s.Sid != "" && w.Sid == s.Sid && !whole.has(w.Hash) })
			live.statements = slices.Insert(live.statements, min(max(s.Index, 0), len(live.statements)), s)
		}
	}
	text := live.String()
	if to.Document != "" && live.sameStatements(whole) {
		text = to.Document // to the byte
	}
	return putPolicy(ctx, api, t, text)
}

func putPolicy(ctx context.Context, api *store, t remedy.Target, text string) error {
	err := api.call(func(api *s3.Client) (err error) {
		if text == "" {
			_, err = api.DeleteBucketPolicy(ctx, &s3.DeleteBucketPolicyInput{Bucket: aws.String(t.ID), ExpectedBucketOwner: owner(t)})
			return err
		}
		_, err = api.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: aws.String(t.ID), ExpectedBucketOwner: owner(t), Policy: aws.String(text)})
		return err
	})
	if access.Coded(err, "MalformedPolicy") {
		return &remedy.Refusal{Reason: "S3 does not take the policy of bucket " + t.ID + ": a principal in it may be gone", Err: err}
	}
	return refused(err, "S3 does not let the policy of bucket "+t.ID+" be written: it would still be public while the bucket or the "+
		"account blocks public policies, or a policy forbids the call")
}
