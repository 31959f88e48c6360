package sharing

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// RevokeKeyGrant revokes a grant on a key. The aspect is the event's grant, or the one that undo made in its place.
func RevokeKeyGrant(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*kms.Client, grants]{
		Action: actions.RevokeKeyGrant(),
		Lens: remedy.Lens[*kms.Client, grants]{
			Client: client(accounts, kms.NewFromConfig), Read: readGrants, Write: writeGrants, Equal: grants.equal,
		},
		Find: findGrant,
		Want: func(context.Context, *kms.Client, detect.Finding, remedy.Target, grants) (grants, error) {
			return grants{}, nil
		},
		Summary: func(t remedy.Target, before, _ grants) string {
			return fmt.Sprintf("key %s: revoked %s", name(t.ID), before)
		},
		Nothing: func(t remedy.Target, _ grants) string {
			return fmt.Sprintf("key %s no longer has the grant of the event", name(t.ID))
		},
	})
}

// A grant is one on a key, with what KMS needs to make it again.
type grant struct {
	ID           string            `json:"id"`
	Grantee      string            `json:"grantee"`
	Retiring     string            `json:"retiring,omitempty"`
	Operations   []string          `json:"operations"`
	Context      map[string]string `json:"context,omitempty"`       // that the encryption context equals
	ContextParts map[string]string `json:"context_parts,omitempty"` // that the encryption context holds
	Source       string            `json:"source,omitempty"`        // on behalf of which resource alone it is for

	// Services of AWS, where they are not told as the principals above.
	GranteeService  string `json:"grantee_service,omitempty"`
	RetiringService string `json:"retiring_service,omitempty"`
}

type grants []grant

// equal reports whether two lists grant the same; a grant that is made again gets another id.
func (list grants) equal(other grants) bool {
	return slices.EqualFunc(list, other, func(a, b grant) bool {
		return a.Grantee == b.Grantee && a.Retiring == b.Retiring && slices.Equal(a.Operations, b.Operations) &&
			maps.Equal(a.Context, b.Context) && maps.Equal(a.ContextParts, b.ContextParts) &&
			a.Source == b.Source && a.GranteeService == b.GranteeService && a.RetiringService == b.RetiringService
	})
}

// String returns the grants for a person.
func (list grants) String() string {
	texts := make([]string, len(list))
	for i, g := range list {
		texts[i] = fmt.Sprintf("grant %s for %s to use %s", g.ID, g.Grantee, strings.Join(g.Operations, ", "))
	}
	return strings.Join(texts, ", ")
}

var grantID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-f]{1,128}$`) }) // it is large: a cold start does without

func findGrant(f detect.Finding) (remedy.Target, error) {
	t, err := findResource(f, detect.Key, detect.ParamGrantID)
	if err == nil && !grantID().MatchString(t.Params[detect.ParamGrantID]) {
		err = remedy.Refuse("the finding does not say which grant on key %s was made", t.ID)
	}
	return t, err
}

// madeAgain is the name of the grant that undo makes. It keeps KMS from making two of them, and the lens from losing it.
func madeAgain(t remedy.Target) string { return "riposte-" + t.Params[detect.ParamGrantID] }

func readGrants(ctx context.Context, api *kms.Client, t remedy.Target) (grants, error) {
	list := grants{}
	pages := kms.NewListGrantsPaginator(api, &kms.ListGrantsInput{KeyId: aws.String(t.ID)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, gone(err, keyMissing)
		}
		for _, g := range page.Grants {
			if aws.ToString(g.GrantId) == t.Params[detect.ParamGrantID] || aws.ToString(g.Name) == madeAgain(t) {
				list = append(list, grantOf(g))
			}
		}
	}
	return list, nil
}

func grantOf(g types.GrantListEntry) grant {
	out := grant{ID: aws.ToString(g.GrantId), Grantee: aws.ToString(g.GranteePrincipal), Retiring: aws.ToString(g.RetiringPrincipal)}
	out.GranteeService, out.RetiringService = aws.ToString(g.GranteeServicePrincipal), aws.ToString(g.RetiringServicePrincipal)
	for _, o := range g.Operations {
		out.Operations = append(out.Operations, string(o))
	}
	slices.Sort(out.Operations)
	if c := g.Constraints; c != nil {
		out.Context, out.ContextParts = c.EncryptionContextEquals, c.EncryptionContextSubset
		out.Source = aws.ToString(c.SourceArn)
	}
	return out
}

func writeGrants(ctx context.Context, api *kms.Client, t remedy.Target, from, to grants) error {
	if len(to) > 0 {
		for _, g := range to {
			if err := createGrant(ctx, api, t, g); err != nil {
				return err
			}
		}
		return nil
	}
	for _, g := range from {
		_, err := api.RevokeGrant(ctx, &kms.RevokeGrantInput{KeyId: aws.String(t.ID), GrantId: aws.String(g.ID)})
		if err != nil && !coded(err, keyMissing, "InvalidGrantIdException") {
			return err
		}
	}
	return nil // what is gone was revoked meanwhile, or its key was: reading tells when the change is verified
}

func createGrant(ctx context.Context, api *kms.Client, t remedy.Target, g grant) error {
	_, err := api.CreateGrant(ctx, requestOf(t, g))
	return gone(err, keyMissing)
}

// requestOf returns a grant as a request to make it.
func requestOf(t remedy.Target, g grant) *kms.CreateGrantInput {
	in := &kms.CreateGrantInput{
		KeyId: aws.String(t.ID), Name: aws.String(madeAgain(t)),
	}
	if g.GranteeService != "" { // KMS takes one of both, and may answer with both
		in.GranteeServicePrincipal = aws.String(g.GranteeService)
	} else {
		in.GranteePrincipal = aws.String(g.Grantee)
	}
	for _, o := range g.Operations {
		in.Operations = append(in.Operations, types.GrantOperation(o))
	}
	switch {
	case g.RetiringService != "":
		in.RetiringServicePrincipal = aws.String(g.RetiringService)
	case g.Retiring != "":
		in.RetiringPrincipal = aws.String(g.Retiring)
	}
	if len(g.Context)+len(g.ContextParts)+len(g.Source) > 0 {
		in.Constraints = &types.GrantConstraints{EncryptionContextEquals: g.Context, EncryptionContextSubset: g.ContextParts}
		if g.Source != "" {
			in.Constraints.SourceArn = aws.String(g.Source)
		}
	}
	return in
}
