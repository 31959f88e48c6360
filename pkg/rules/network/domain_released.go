package network

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const (
	transferToAccount   = "TransferDomainToAnotherAwsAccount"
	disableTransferLock = "DisableDomainTransferLock"
	associateVPC        = "AssociateVPCWithHostedZone"
)

// DomainReleased fires when a domain is given away or can be taken away.
func DomainReleased() *detect.Rule {
	return &detect.Rule{
		ID:       "NET-006",
		Title:    "Domain unlocked or transferred",
		Class:    "route53-domain-transfer",
		Severity: detect.High,
		Doc: `**Why it matters.** Who holds a domain gets its visitors, its mail and, by mail, the password resets and
certificates of everything that is named under it.

A transfer to another account is critical, and medium where the account is your own or one that you trust: it waits three
days for the other side to accept it, and until then it can be cancelled. Without its transfer lock a domain can be moved
to another registrar by its authorisation code: that is high.
A private zone that another VPC can look into is low. What moves domains into this account is no finding.

**False positives.** A move that was planned, between the organisation's own accounts or registrars.

**What to do.** Ask the domain's owner. Otherwise cancel the transfer (CancelDomainTransferToAnotherAwsAccount) or lock
the domain again (EnableDomainTransferLock), look at its name servers and contacts, and call AWS Support.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1584.001", URL: "https://attack.mitre.org/techniques/T1584/001/"},
			{
				Kind: "AWS", Name: "Transferring a domain to a different AWS account",
				URL: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/domain-transfer-between-aws-accounts.html",
			},
		},
		Pattern: detect.Pattern{
			{Source: "route53domains.amazonaws.com", Names: []string{transferToAccount, disableTransferLock}},
			{Source: "route53.amazonaws.com", Names: []string{transferToAccount, disableTransferLock, associateVPC}},
		},
		Match: matchDomainReleased,
	}
}

func matchDomainReleased(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if ev.Name == associateVPC {
		return zoneAssociated(ev)
	}
	req, err := cloudtrail.RequestOf[struct{ DomainName, AccountID cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	if req.DomainName == "" {
		return nil, errors.New("request parameters: no domainName")
	}
	domain := detect.Text(string(req.DomainName))
	f := detect.Finding{
		Resource: detect.Resource{Type: detect.DomainName, ID: string(req.DomainName)},
		Summary:  "domain " + domain + " lost its transfer lock",
	}
	if ev.Name == transferToAccount {
		f.Severity = detect.Critical
		if req.AccountID != "" && ev.Inside(string(req.AccountID)) {
			f.Severity = detect.Medium
		}
		f.Summary = fmt.Sprintf("domain %s was offered to account %s", domain, detect.Text(string(req.AccountID)))
	}
	return []detect.Finding{f}, nil
}

func zoneAssociated(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		HostedZoneID cloudtrail.Text
		VPC          struct{ VPCID, VPCRegion cloudtrail.Text }
	}](ev)
	if err != nil {
		return nil, err
	}
	if req.HostedZoneID == "" || req.VPC.VPCID == "" {
		return nil, errors.New("request parameters: no hostedZoneId or no vPC")
	}
	return told(ev, detect.Finding{
		Severity: detect.Low,
		Resource: detect.Resource{Type: detect.HostedZone, ID: string(req.HostedZoneID)},
		Summary: fmt.Sprintf("VPC %s in %s can look up the names of private zone %s", detect.Text(string(req.VPC.VPCID)),
			detect.Text(string(req.VPC.VPCRegion)), detect.Text(string(req.HostedZoneID))),
	}), nil
}
