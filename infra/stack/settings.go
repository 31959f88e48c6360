package stack

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Settings are what one deployment can choose.
type Settings struct {
	StackName string
	Topology  Topology
	Partition string
	// HomeRegion is where the ledger and the functions are. In topology spoke it is the hub's.
	HomeRegion string
	Regions    []string // all that are watched: IAM's first, then the home region
	Organization

	LogRetentionDays int
	AlarmEmail       string // empty for none
	// Concurrency is how many jobs the remediator works on at a time, reserved for it out of the account's quota, as a few
	// more are for the other functions. 0 reserves nothing, for accounts whose quota of 10 leaves nothing to reserve.
	Concurrency int
	// ReadEvents routes read-only calls too, for the rules that look at them: secrets that are read in bulk, calls that are
	// denied. Accounts make many more of them than of all others.
	ReadEvents bool
	// PermissionsBoundary is the name or the ARN of a managed policy that bounds every role; empty for none.
	PermissionsBoundary string
	Heartbeat           bool   // a harmless call in each account and region has to arrive, or an alarm tells
	Undo                bool   // the remediator may do what only undo needs
	Tracing             bool   // X-Ray
	Assets              string // the folder that "make build" fills, with one folder for each function

	Operator // from riposte.yaml
}

// Topology says which accounts are watched, and which part of that is deployed.
type Topology string

// The topologies.
const (
	Single  Topology = "single"       // one account
	Members Topology = "organization" // the hub of an organisation, which rolls spokes out to its members
	Spoke   Topology = "spoke"        // one member that the hub does not reach, such as the management account
)

// Organization is what an organisation's hub and spokes agree on.
type Organization struct {
	OrganizationID      string
	OrganizationalUnits []string // where spokes are rolled out
	ExcludedAccounts    []string // in those units
	DelegatedAdmin      bool     // the hub is a delegated administrator of StackSets, and not the management account
	ExternalID          string
	HubAccount          string // of topology spoke
	RootTasks           bool   // the remediator may take root's place in members, for AWS's root tasks only
}

// prefix marks Riposte's own keys in the CDK's context, so that a misspelt one is noticed.
const prefix = "riposte:"

// ReadSettings reads the settings from the CDK's context, the credentials' region from the environment and riposte.yaml from
// the folder root. The error names every wrong value.
func ReadSettings(context map[string]any, getenv func(string) string, root string) (Settings, error) {
	s := Settings{
		StackName: "Riposte", Topology: Single, LogRetentionDays: 365, Concurrency: 5, Heartbeat: true, Assets: "dist",
		Organization: Organization{DelegatedAdmin: true},
	}
	given, errs := readContext(context, &s)
	errs = append(errs, s.settlePlace(given, getenv)...)
	var err error
	if s.Operator, err = readOperator(root, s.Assets, s.HomeRegion); err != nil {
		errs = append(errs, err)
	}
	errs = append(errs, s.settleOrganization(given)...)
	errs = append(errs, s.settleUndo(given)...)
	return s, errors.Join(errs...)
}

// readContext reads Riposte's own keys and reports which there were.
func readContext(context map[string]any, s *Settings) (given map[string]bool, errs []error) {
	keys := readers(s)
	given = map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(context)) {
		key, own := strings.CutPrefix(name, prefix)
		if !own {
			continue
		}
		read, known := keys[key]
		if !known {
			errs = append(errs, fmt.Errorf("context has no setting %q: there are %s", name,
				prefix+strings.Join(slices.Sorted(maps.Keys(keys)), ", "+prefix)))
			continue
		}
		given[key] = true
		if err := read(context[name]); err != nil {
			errs = append(errs, fmt.Errorf("context setting %q is %v: %w", name, context[name], err))
		}
	}
	return given, errs
}

func readers(s *Settings) map[string]func(any) error {
	return map[string]func(any) error{
		"stackName":      func(v any) error { return readName(v, &s.StackName) },
		"topology":       func(v any) error { return readTopology(v, &s.Topology) },
		"partition":      func(v any) error { return readPartition(v, &s.Partition) },
		"homeRegion":     func(v any) error { return readText(v, regionName, "a region such as eu-central-1", &s.HomeRegion) },
		"regions":        func(v any) error { return readList(v, regionName, "regions such as eu-central-1", &s.Regions) },
		"organizationId": func(v any) error { return readText(v, organizationID, "an ID such as o-a1b2c3d4e5", &s.OrganizationID) },
		"organizationalUnits": func(v any) error {
			return readList(v, unitID, "IDs such as ou-ab12-11111111 or r-ab12", &s.OrganizationalUnits)
		},
		"excludedAccounts": func(v any) error { return readList(v, accountID, "account IDs of 12 digits", &s.ExcludedAccounts) },
		"delegatedAdmin":   func(v any) error { return readTruth(v, &s.DelegatedAdmin) },
		"externalId": func(v any) error {
			return readText(v, externalID, "2 to 128 letters, digits and any of +=,.@:/_-", &s.ExternalID)
		},
		"hubAccount": func(v any) error { return readText(v, accountID, "an account ID of 12 digits, as text", &s.HubAccount) },
		"permissionsBoundary": func(v any) error {
			return readText(v, boundary, "the name or the ARN of a managed policy", &s.PermissionsBoundary)
		},
		"rootTasks":        func(v any) error { return readTruth(v, &s.RootTasks) },
		"undo":             func(v any) error { return readTruth(v, &s.Undo) },
		"heartbeat":        func(v any) error { return readTruth(v, &s.Heartbeat) },
		"tracing":          func(v any) error { return readTruth(v, &s.Tracing) },
		"logRetentionDays": func(v any) error { return readRetention(v, &s.LogRetentionDays) },
		"alarmEmail":       func(v any) error { return readEmail(v, &s.AlarmEmail) },
		"concurrency":      func(v any) error { return readConcurrency(v, &s.Concurrency) },
		"readEvents":       func(v any) error { return readTruth(v, &s.ReadEvents) },
	}
}

// settlePlace settles partition, home region and watched regions, each of which follows from the one before unless it was
// given.
func (s *Settings) settlePlace(given map[string]bool, getenv func(string) string) (errs []error) {
	if !given["partition"] {
		s.Partition = partitionOf(s.HomeRegion)
	}
	p, known := partitions()[s.Partition]
	if !known {
		return nil // readPartition has said so
	}
	if !given["homeRegion"] {
		s.HomeRegion = p.iam
	}
	for _, region := range append([]string{s.HomeRegion}, s.Regions...) {
		if regionName.MatchString(region) {
			if err := checkRegion(region, s.Partition); err != nil {
				errs = append(errs, fmt.Errorf("%w: correct riposte:partition, riposte:homeRegion or riposte:regions", err))
			}
		}
	}
	s.Regions = watchedRegions(s.Partition, s.HomeRegion, s.Regions)
	for _, name := range []string{"CDK_DEFAULT_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"} {
		if region := getenv(name); region != "" {
			if of := partitionOf(region); of != s.Partition {
				errs = append(errs, fmt.Errorf("the credentials are for %s (%s) in partition %s, and the deployment is for %s: "+
					"set riposte:partition=%s or other credentials", region, name, of, s.Partition, of))
			}
			break
		}
	}
	return errs
}

// settleOrganization settles what hub and spokes agree on, and refuses it where there is neither.
func (s *Settings) settleOrganization(given map[string]bool) []error {
	if s.Topology == Single {
		return refuseOrganization(given)
	}
	var errs []error
	if s.Policy != nil && s.Policy.Organization != "" {
		if of := s.Policy.Organization; !given["organizationId"] {
			s.OrganizationID = of
		} else if of != s.OrganizationID {
			errs = append(errs, fmt.Errorf("riposte:organizationId is %s, and %s says organization: %s: make them one", s.OrganizationID, s.Policy.File, of))
		}
	}
	errs = append(errs, s.checkMembership(given)...)
	if arn, isARN := strings.CutPrefix(s.PermissionsBoundary, "arn:"); isARN && !strings.Contains(arn, ":iam::aws:") {
		errs = append(errs, errors.New("riposte:permissionsBoundary is the ARN of one account's policy, and members have their own: give the name alone"))
	}
	if s.ExternalID == "" {
		s.ExternalID = externalIDOf(s.OrganizationID, s.StackName)
	}
	return errs
}

// refuseOrganization refuses what only hubs and spokes have.
func refuseOrganization(given map[string]bool) (errs []error) {
	for _, key := range []string{
		"organizationId", "organizationalUnits", "excludedAccounts", "delegatedAdmin", "externalId", "hubAccount", "rootTasks",
	} {
		if given[key] {
			errs = append(errs, fmt.Errorf("riposte:%s has no place in topology single: set riposte:topology=organization, or spoke, or remove it", key))
		}
	}
	return errs
}

// checkMembership refuses a hub or a spoke that does not say to whom it belongs.
func (s *Settings) checkMembership(given map[string]bool) (errs []error) {
	say := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if s.OrganizationID == "" && (s.Topology == Members || !given["externalId"]) {
		say("topology %s needs riposte:organizationId, or organization in riposte.yaml", s.Topology)
	}
	if s.Topology == Members && len(s.OrganizationalUnits) == 0 {
		say("topology organization needs riposte:organizationalUnits: the units to watch, or the root (r-…) for all")
	}
	if s.Topology == Members && given["hubAccount"] {
		say("riposte:hubAccount belongs to topology spoke: the hub is the account that topology organization is deployed to")
	}
	if s.Topology == Spoke && s.HubAccount == "" {
		say("topology spoke needs riposte:hubAccount, the account of the hub")
	}
	return errs
}

// settleUndo settles whether the remediator may do what only undo needs: exactly where riposte.yaml makes it undo, or lets
// people do so from Slack, unless it was given.
func (s *Settings) settleUndo(given map[string]bool) []error {
	undoes := s.Policy != nil && s.Policy.Silence.After > 0 && s.Policy.Silence.Undo
	if !given["undo"] {
		s.Undo = undoes || len(s.apps()) > 0 && len(s.policy().Answers.Approvers) > 0 // people undo from Slack
	}
	if undoes && !s.Undo {
		return []error{fmt.Errorf("%s undoes containments about which nobody decides, and riposte:undo=false takes the permissions "+
			"away: remove one of the two", s.Policy.File)}
	}
	return nil
}
