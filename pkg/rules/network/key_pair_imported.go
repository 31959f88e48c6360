package network

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

const (
	importKeyPair = "ImportKeyPair"
	deleteKeyPair = "DeleteKeyPair"
)

// KeyPairImported fires when a key appears with which one can log in to new machines.
func KeyPairImported() *detect.Rule {
	return &detect.Rule{
		ID:       "NET-007",
		Title:    "SSH key pair imported or created",
		Class:    "keypair-imported",
		Severity: detect.Medium,
		Doc: `**Why it matters.** Who may start machines with a key pair of their own can log in to them, and to a copy
of a disk that is mounted there.

An imported key is medium: its private half was made elsewhere and nobody in the account has seen it. A key pair that EC2
creates is low. Deleting one takes nothing away from machines that run, and is info where a person did it in a session.

**False positives.** Engineers and deployments that bring their own keys. Where machines are reached through Session
Manager there are none.

**What to do.** Ask the caller whose key it is. Look for machines that were started with it, and delete the key pair
where nobody knows it: that does not remove the key from machines that have it already.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1098.004", URL: "https://attack.mitre.org/techniques/T1098/004/"},
			{
				Kind: "AWS", Name: "Amazon EC2 key pairs",
				URL: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-key-pairs.html",
			},
		},
		Pattern: detect.Pattern{{Source: ec2Source, Names: []string{importKeyPair, "CreateKeyPair", deleteKeyPair}}},
		Match:   matchKeyPairImported,
	}
}

func matchKeyPairImported(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ KeyName, KeyPairID cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	if ev.Name == deleteKeyPair {
		return keyPairDeleted(ev, string(req.KeyName+req.KeyPairID))
	}
	if req.KeyName == "" {
		return nil, errors.New("request parameters: no keyName")
	}
	severity, what := detect.Low, "was created by EC2 for"
	if ev.Name == importKeyPair {
		severity, what = detect.Medium, "with a private half that AWS has not seen was imported by"
	}
	return []detect.Finding{{
		Severity: caller.Tempered(ev, severity),
		Resource: detect.Resource{Type: detect.KeyPair, ID: string(req.KeyName)},
		Summary: fmt.Sprintf("key pair %s %s %s%s", detect.Text(string(req.KeyName)), what,
			detect.Text(ev.Identity.Name()), caller.Through(ev)),
	}}, nil
}

func keyPairDeleted(ev *cloudtrail.Event, pair string) ([]detect.Finding, error) {
	switch {
	case pair == "":
		return nil, errors.New("request parameters: no keyName or keyPairId")
	case !caller.ByHand(ev):
		return nil, nil
	}
	return []detect.Finding{{
		Severity: detect.Info,
		Resource: detect.Resource{Type: detect.KeyPair, ID: pair},
		Summary:  fmt.Sprintf("key pair %s was deleted by %s", detect.Text(pair), detect.Text(ev.Identity.Name())),
	}}, nil
}
