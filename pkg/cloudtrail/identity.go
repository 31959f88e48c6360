package cloudtrail

import "strings"

// An Identity says who made the call. Fields that the record lacks are empty.
type Identity struct {
	Type        string // Root, IAMUser, AssumedRole, Role, FederatedUser, SAMLUser, WebIdentityUser, AWSService, …
	PrincipalID string
	ARN         string
	AccountID   string
	AccessKeyID string
	UserName    string // under Root this is the account alias
	InvokedBy   string // the service that called on the principal's behalf
	Session     Session
}

// A Session describes the temporary credentials of a call.
type Session struct {
	IssuerType     string
	IssuerARN      string // the role's ARN for an assumed role
	IssuerUserName string // the role's name
	IssuerAccount  string
	MFA            bool // mfaAuthenticated
	AssumedRoot    bool // the session was opened by sts:AssumeRoot
	SourceIdentity string
	CreationDate   string
}

// decodeIdentity reads userIdentity. A root session counts as opened by sts:AssumeRoot only where the record says so: a
// root user who signed in at the console has a temporary key too, and must not pass for one.
func decodeIdentity(o object) (Identity, error) {
	i := Identity{
		Type:        o.text("type"),
		PrincipalID: o.text("principalId"),
		ARN:         o.text("arn"),
		AccountID:   o.account("accountId"),
		AccessKeyID: o.text("accessKeyId"),
		UserName:    o.text("userName"),
		InvokedBy:   o.text("invokedBy"),
	}
	session, err := o.object("sessionContext")
	if err != nil {
		return i, err
	}
	attributes, err := session.object("attributes")
	if err != nil {
		return i, err
	}
	issuer, err := session.object("sessionIssuer")
	if err != nil {
		return i, err
	}
	i.Session = Session{
		IssuerType:     issuer.text("type"),
		IssuerARN:      issuer.text("arn"),
		IssuerUserName: issuer.text("userName"),
		IssuerAccount:  issuer.account("accountId"),
		MFA:            attributes.flag("mfaAuthenticated"),
		AssumedRoot:    session.flag("assumedRoot"),
		SourceIdentity: session.text("sourceIdentity"),
		CreationDate:   attributes.text("creationDate"),
	}
	if i.PrincipalID == "" { // a person of IAM Identity Center has neither an ARN nor a principal of IAM
		person, err := o.object("onBehalfOf")
		if err != nil {
			return i, err
		}
		i.PrincipalID = person.text("userId")
	}
	return i, nil
}

// IsRoot reports whether the root user made the call itself.
func (i Identity) IsRoot() bool { return i.Type == "Root" }

// IsService reports whether an AWS service made the call of its own accord.
func (i Identity) IsService() bool {
	return i.Type == "AWSService" || (i.Type == "" && i.InvokedBy != "")
}

// RoleARN returns the ARN of the role behind an assumed-role session, and the identity's own ARN otherwise.
func (i Identity) RoleARN() string {
	if i.Session.IssuerARN != "" {
		return i.Session.IssuerARN
	}
	return i.ARN
}

// Name returns the shortest text by which a person recognises the caller: a user name, "role/session", "root" or a
// service name. It is never empty.
func (i Identity) Name() string {
	switch {
	case i.IsRoot():
		return "root"
	case i.UserName != "":
		return i.UserName
	case i.Session.IssuerUserName != "":
		if _, session, ok := strings.Cut(i.PrincipalID, ":"); ok && session != "" {
			return i.Session.IssuerUserName + "/" + session
		}
		return i.Session.IssuerUserName
	case i.InvokedBy != "":
		return i.InvokedBy
	case i.ARN != "":
		return i.ARN
	case i.PrincipalID != "":
		return i.PrincipalID
	}
	return "unknown"
}
