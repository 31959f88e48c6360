package simaws

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	organizationstypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"
)

// rootKeys are the access keys of the root users of the members of the organization that the account manages, by account.
type rootKeys map[string][]accessKey

func (r rootKeys) clone() rootKeys {
	c := rootKeys{}
	for account, keys := range r {
		c[account] = slices.Clone(keys)
	}
	return c
}

func rootHandlers() handlers {
	h := handlers{}
	reads(h, assumeRoot)
	reads(h, describeOrganization)
	return h
}

// rootPrefix begins the access keys with which a member's root user itself calls.
const rootPrefix = "AKIAROOT"

// RootOf returns credentials of a member's root user.
func RootOf(account string) aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: rootPrefix + account, SecretAccessKey: "simulated", Source: "simaws"}, nil
	})
}

// signerMatters reports whether an answer depends on whose credentials sign the call: who names no user means itself.
func signerMatters(input any) bool {
	switch in := input.(type) {
	case *iam.ListAccessKeysInput:
		return in.UserName == nil
	case *iam.CreateAccessKeyInput:
		return in.UserName == nil
	case *iam.DeleteAccessKeyInput:
		return in.UserName == nil
	}
	return false
}

// signer returns the access key that signed a request.
func signer(authorization string) string {
	_, rest, _ := strings.Cut(authorization, "Credential=")
	key, _, _ := strings.Cut(rest, "/")
	return key
}

// rootsAccount returns the account whose root user signed a call that names no user.
func (r *request) rootsAccount() (string, error) {
	if account, ok := strings.CutPrefix(r.signer, rootPrefix); ok {
		return account, nil
	}
	if account, ok := r.sessions[r.signer]; ok {
		return account, nil
	}
	return "", &smithy.GenericAPIError{Code: "ValidationError", Message: "Must specify userName when calling with non-User credentials"}
}

func (r *request) listRootKeys(in *iam.ListAccessKeysInput) (*iam.ListAccessKeysOutput, error) {
	account, err := r.rootsAccount()
	if err != nil {
		return nil, err
	}
	keys, next := page(r, r.rootKeys[account], in.Marker)
	out := &iam.ListAccessKeysOutput{Marker: next, IsTruncated: next != nil, AccessKeyMetadata: []iamtypes.AccessKeyMetadata{}}
	for _, k := range keys {
		out.AccessKeyMetadata = append(out.AccessKeyMetadata, iamtypes.AccessKeyMetadata{
			AccessKeyId: aws.String(k.id), Status: k.status(), CreateDate: aws.Time(k.created),
		})
	}
	return out, nil
}

func (r *request) createRootKey() (*iam.CreateAccessKeyOutput, error) {
	account, err := r.rootsAccount()
	if err != nil {
		return nil, err
	}
	if _, session := r.sessions[r.signer]; session {
		return nil, denied("the task policy lets no access key be created")
	}
	if len(r.rootKeys[account]) >= keysPerUser {
		return nil, limited("Cannot exceed quota for AccessKeysPerUser: %d", keysPerUser)
	}
	k := accessKey{id: r.newID("AKIASIM%013d"), active: true, created: r.now}
	r.rootKeys[account] = append(r.rootKeys[account], k)
	return &iam.CreateAccessKeyOutput{AccessKey: &iamtypes.AccessKey{
		AccessKeyId: aws.String(k.id), UserName: aws.String(""), Status: k.status(), CreateDate: aws.Time(k.created), SecretAccessKey: aws.String("simulated"),
	}}, nil
}

func (r *request) deleteRootKey(in *iam.DeleteAccessKeyInput) (*iam.DeleteAccessKeyOutput, error) {
	account, err := r.rootsAccount()
	if err != nil {
		return nil, err
	}
	keys := r.rootKeys[account]
	n := slices.IndexFunc(keys, func(k accessKey) bool { return k.id == aws.ToString(in.AccessKeyId) })
	if n < 0 {
		return nil, noSuchEntity("The Access Key with id %s cannot be found.", aws.ToString(in.AccessKeyId))
	}
	if r.rootKeys[account] = slices.Delete(keys, n, n+1); len(r.rootKeys[account]) == 0 {
		delete(r.rootKeys, account)
	}
	return &iam.DeleteAccessKeyOutput{}, nil
}

func denied(message string) error {
	return &smithy.GenericAPIError{Code: "AccessDenied", Message: message}
}

func assumeRoot(r *request, in *sts.AssumeRootInput) (*sts.AssumeRootOutput, error) {
	target := aws.ToString(in.TargetPrincipal)
	task, known := strings.CutPrefix(aws.ToString(in.TaskPolicyArn.Arn), "arn:aws:iam::aws:policy/root-task/")
	switch {
	case target == r.account:
		return nil, denied("the management account's root user cannot be assumed")
	case !known || task != "IAMDeleteRootUserCredentials": // the only one whose calls are simulated
		return nil, &smithy.GenericAPIError{Code: "ValidationError", Message: "The task policy is not one that the simulated account knows"}
	case aws.ToInt32(in.DurationSeconds) > 900:
		return nil, &smithy.GenericAPIError{Code: "ValidationError", Message: "The requested DurationSeconds exceeds 900"}
	}
	key := fmt.Sprintf("ASIASIM%013d", len(r.sessions)+1)
	r.sessions[key] = target
	return &sts.AssumeRootOutput{Credentials: &ststypes.Credentials{
		AccessKeyId: aws.String(key), SecretAccessKey: aws.String("simulated"), SessionToken: aws.String("simulated"),
		Expiration: aws.Time(r.now.Add(time.Duration(aws.ToInt32(in.DurationSeconds)) * time.Second)),
	}}, nil
}

// describeOrganization has the account manage the organization.
func describeOrganization(r *request, _ *organizations.DescribeOrganizationInput) (*organizations.DescribeOrganizationOutput, error) {
	return &organizations.DescribeOrganizationOutput{Organization: &organizationstypes.Organization{
		Id: aws.String("o-a1b2c3d4e5"), MasterAccountId: aws.String(r.account),
	}}, nil
}
