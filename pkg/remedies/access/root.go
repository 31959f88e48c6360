package access

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/remedy"
)

// root returns credentials of a member's root user for a task of AWS. The call and the session are in the journal before
// they are used, as CloudTrail shows what the session does as root's own.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
func (w *ways) root(ctx context.Context, t remedy.Target, own string) (aws.CredentialsProvider, error) {
	if err := w.mayBeRoot(ctx, t, own); err != nil {
		return nil, err
	}
	task := "arn:" + t.Partition + ":iam::aws:policy/root-task/" + t.RootTask
	provider := w.sessions.of(session{t.Account, t.RootTask, remedy.CauseOf(ctx).Incident}, func(ctx context.Context) (aws.Credentials, error) {
		cause := remedy.CauseOf(ctx)
		member := detect.Resource{Type: detect.Account, ID: t.Account}
		for _, mark := range []struct{ account, resource string }{
			{own, member.String()},       // whoever takes on root is told of
			{own, ownCalls(own)},         // and whatever Riposte's roles call
			{t.Account, member.String()}, // and what root does
		} {
			if err := cause.Mark(ctx, mark.account, mark.resource); err != nil {
				return aws.Credentials{}, fmt.Errorf("mark the session as root of %s: %w", t.Account, err)
			}
		}
		out, err := w.api.AssumeRoot(ctx, &sts.AssumeRootInput{
			TargetPrincipal: &t.Account, TaskPolicyArn: &types.PolicyDescriptorType{Arn: &task}, DurationSeconds: aws.Int32(sessionSeconds),
		})
		if err != nil {
			return aws.Credentials{}, rootRefused(t.Account, err)
		}
		c, err := credentialsOf(out.Credentials, t.Account)
		if err != nil {
			return c, err
		}
		if err := cause.Session(ctx, c.AccessKeyID); err != nil {
			return aws.Credentials{}, fmt.Errorf("write down the session as root of %s: %w", t.Account, err)
		}
		return c, nil
	})
	if _, err := provider.Retrieve(ctx); err != nil {
		return nil, err
	}
	return provider, nil
}

func ownCalls(account string) string {
	return detect.Resource{Type: detect.OwnCalls, ID: account}.String()
}

// mayBeRoot refuses the accounts whose root user is out of reach, or may be.
func (w *ways) mayBeRoot(ctx context.Context, t remedy.Target, own string) error {
	switch {
	case !w.organization.RootTasks:
		return remedy.Refuse("%s is the root user's, and this deployment may not take on root: sign in as root and remove it there", t)
	case !cloudtrail.IsAccount(t.Account):
		return remedy.Refuse("%s: an account has twelve digits", t)
	case t.Account == own:
		return remedy.Refuse("%s is the root user's of the account that Riposte itself runs in: sign in as root and remove it there", t)
	}
	management, err := w.management(ctx)
	switch {
	case err != nil:
		return err
	case t.Account == management:
		return remedy.Refuse("%s is the root user's of the management account, which nobody can take on: sign in as root and remove it there", t)
	}
	return nil
}

// managementAccount asks which account manages the organization.
func managementAccount(cfg aws.Config) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		out, err := organizations.NewFromConfig(cfg).DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
		switch {
		case Coded(err, "AWSOrganizationsNotInUseException", "AccessDeniedException"):
			return "", &remedy.Refusal{Reason: "nobody can tell which account manages the organization, so that no root user is taken on", Err: err}
		case err != nil:
			return "", fmt.Errorf("ask which account manages the organization: %w", err)
		case out.Organization == nil || !cloudtrail.IsAccount(aws.ToString(out.Organization.MasterAccountId)):
			return "", remedy.Refuse("the organization does not say which account manages it, so that no root user is taken on")
		}
		return *out.Organization.MasterAccountId, nil
	}
}

// rootRefused says what to do about a root user that cannot be taken on. What trying again may mend stays as it is.
func rootRefused(account string, err error) error {
	if Coded(err, "AccessDenied", "AccessDeniedException", "RegionDisabledException", "ValidationError") {
		return &remedy.Refusal{Err: err, Reason: "root of account " + account + " cannot be taken on: it has to be a member of the organization, " +
			"centralized root access has to be on with privileged root actions, and this deployment has to run in the management " +
			"account or in the delegated administrator's of IAM; then approve the incident again"}
	}
	return err
}
