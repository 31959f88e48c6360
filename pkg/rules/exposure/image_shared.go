package exposure

import (
	"encoding/json"
	"errors"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/attempt"
)

// ImageShared fires when a machine image is shared with everyone or with another account.
func ImageShared() *detect.Rule {
	return &detect.Rule{
		ID:       "EXP-006",
		Title:    "Machine image shared",
		Class:    "ami-shared",
		Severity: detect.High,
		Doc: `**Why it matters.** Whoever may launch a machine image reads its disks: code, configuration, and the keys that
were left on them. A copy cannot be taken back.

Sharing with everyone is critical, with a stranger's account or organisation high. Sharing with an organisation or a unit of
one is low where you did not say which is the own one. Own accounts and those that you trust, the own organisation, taking
a permission away and changing other attributes stay quiet.

**False positives.** Publishers of images; a build account that shares with the accounts of its own organisation: list
them as trusted, or share with the organisation instead.

**What to do.** Take the permission away, which does not reach copies that were made. Ask the caller why. Find out what
was on the image, and change the credentials that were. Switch on the account's block of public access for images.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1537", URL: "https://attack.mitre.org/techniques/T1537/"},
			{
				Kind: "AWS", Name: "Understand shared AMI usage in Amazon EC2",
				URL: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharing-amis.html",
			},
		},
		Pattern: detect.Pattern{{Source: ec2Source, Names: []string{"ModifyImageAttribute"}}},
		Actions: []string{"unshare-image"},
		Denied:  true,

		GoodParts: goodImageShares,
		Match:     attempt.Grave(matchImageShared),
	}
}

func matchImageShared(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		ImageID, AttributeType   cloudtrail.Text
		LaunchPermission         *permissionChange
		Description, IMDSSupport json.RawMessage // one call changes one attribute
	}](ev)
	if err != nil {
		return nil, err
	}
	c := req.LaunchPermission
	switch {
	case req.ImageID == "":
		return nil, errors.New("request parameters: no imageId")
	case c == nil && req.AttributeType != "" && req.AttributeType != "launchPermission":
		return nil, nil
	case c == nil && req.AttributeType == "" && len(req.Description)+len(req.IMDSSupport) > 0:
		return nil, nil
	case c == nil || len(c.Add)+len(c.Remove) == 0:
		return nil, errors.New("request parameters: no launchPermission that is added or removed")
	}
	var s sharing
	s.withGrantees(ev, c.Add)
	id := string(req.ImageID)
	return s.shared(detect.Resource{Type: detect.Image, ID: id}, "image "+detect.Text(id), detect.Critical, detect.High), nil
}
