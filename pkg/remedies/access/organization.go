package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/remedy"
)

// An Organization is what a deployment for an organization knows of the way into its accounts.
type Organization struct {
	Home       func(context.Context) (string, error) // the hub's own account, which the credentials at hand belong to
	Responder  string                                // the role that may be taken on in every member's account, by name; empty for none
	ExternalID string                                // without which the responders trust nobody
	RootTasks  bool                                  // whether the root users of members may be taken on
	Now        func() time.Time
}

// Accounts gives access to the hub's own account with cfg's credentials, to a member's by its responder role and, where a
// target asks for it, by its root user.
func (o Organization) Accounts(cfg aws.Config) Accounts {
	home := once(o.Home)
	w := &ways{
		hub: cfg, organization: o, api: sts.NewFromConfig(cfg), management: once(managementAccount(cfg)), sessions: newSessions(o.Now),
	}
	return func(ctx context.Context, t remedy.Target) (aws.Config, error) {
		if err := within(cfg, t); err != nil {
			return aws.Config{}, err
		}
		own, err := home(ctx)
		if err != nil {
			return aws.Config{}, err
		}
		there := cfg.Copy()
		there.Region = t.Region
		switch {
		case t.RootTask != "":
			there.Credentials, err = w.root(ctx, t, own)
		case t.Account != own && o.Responder == "":
			return aws.Config{}, notHome(t, own)
		case t.Account != own:
			there.Credentials, err = w.responder(ctx, t)
		}
		if err != nil {
			return aws.Config{}, err
		}
		return there, nil
	}
}

// ways are the ways from a hub into members' accounts.
type ways struct {
	hub          aws.Config
	organization Organization
	api          *sts.Client // of the hub's region: tokens of the global endpoint do not hold in every region
	management   func(context.Context) (string, error)
	sessions     *sessions
}

// responder returns credentials of the role that may change a member's account. They have been asked for already, so that
// it is known whether the way is open.
func (w *ways) responder(ctx context.Context, t remedy.Target) (aws.CredentialsProvider, error) {
	if !cloudtrail.IsAccount(t.Account) {
		return nil, remedy.Refuse("%s: an account has twelve digits", t)
	}
	role := "arn:" + t.Partition + ":iam::" + t.Account + ":role/" + w.organization.Responder
	provider := w.sessions.of(session{t.Account, "", remedy.CauseOf(ctx).Incident}, func(ctx context.Context) (aws.Credentials, error) {
		name := sessionName(remedy.CauseOf(ctx).Incident)
		out, err := w.api.AssumeRole(ctx, &sts.AssumeRoleInput{
			RoleArn: &role, RoleSessionName: &name, SourceIdentity: &name, ExternalId: &w.organization.ExternalID,
			DurationSeconds: aws.Int32(sessionSeconds),
		})
		if err != nil {
			return aws.Credentials{}, roleRefused(t.Account, role, err)
		}
		return credentialsOf(out.Credentials, t.Account)
	})
	if _, err := provider.Retrieve(ctx); err != nil {
		return nil, err
	}
	return provider, nil
}

// roleRefused says what to do about a role that cannot be taken on. What trying again may mend stays as it is.
func roleRefused(account, role string, err error) error {
	switch {
	case Coded(err, "AccessDenied", "AccessDeniedException"):
		return &remedy.Refusal{Err: err, Reason: "role " + role + " does not exist or does not trust this deployment: deploy the spoke stack in account " +
			account + " with this deployment's external id, then approve the incident again"}
	case Coded(err, "RegionDisabledException"):
		return &remedy.Refusal{Err: err, Reason: "role " + role + ": STS is not active in the hub's region for account " + account +
			": activate it there, then approve the incident again"}
	case Coded(err, "ValidationError", "PackedPolicyTooLarge"):
		return &remedy.Refusal{Err: err, Reason: "role " + role + " cannot be taken on as it is configured"}
	}
	return err
}

// Check refuses what STS would, or what nobody can have meant. Responder and external id come together; without them only
// the hub's own account is within reach.
func (o Organization) Check() error {
	switch {
	case o.Responder == "" && o.ExternalID == "" && !o.RootTasks:
		return nil
	case o.Responder == "" && o.ExternalID != "":
		return errors.New("there is an external id and no responder role to present it to")
	case o.Responder == "":
		return errors.New("root tasks are for members of an organization, and there is no responder role by which their accounts could be entered")
	case o.ExternalID == "":
		return fmt.Errorf("the responder role %q trusts nobody without an external id, and there is none", o.Responder)
	case len(o.Responder) > 64 || !consists(o.Responder, "_+=,.@-"):
		return fmt.Errorf("%q is no name of a role: want up to 64 letters, digits and _+=,.@-", o.Responder)
	case len(o.ExternalID) < 2 || len(o.ExternalID) > 1224 || !consists(o.ExternalID, "_+=,.@:/-"):
		return errors.New("the external id is none: want 2 to 1224 letters, digits and _+=,.@:/-")
	}
	return nil
}
