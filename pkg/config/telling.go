package config

import (
	"time"

	"riposte/pkg/detect"
)

// DefaultReceiver is the name by which routes mean the ways that stand directly under notify.
const DefaultReceiver = "default"

// Notify says where messages go: to Receiver, unless a route says otherwise.
type Notify struct {
	Receiver // the default; empty fields are ways that are not used
	// Receivers are the others, by the names that routes use.
	Receivers map[string]Receiver
	Routes    []Route // the first that matches holds, and those after it where it continues
	Silences  []Muting
	Quiet     *Quiet
	Digest    *Digest
}

// A Receiver is a set of ways to tell the same people.
type Receiver struct {
	SNS         SNS
	Slack       Slack
	SecurityHub bool // findings in AWS Security Hub, of the account and region that Riposte runs in
	PagerDuty   PagerDuty
	Pos         Position // of its name, or of what notify holds
}

// SNS is a topic that messages are published to.
type SNS struct{ Topic string }

// Slack is a channel: by an incoming webhook, or by an app, which can update messages and has buttons. What lets us in is
// secret and stands in Secrets Manager only.
type Slack struct {
	WebhookSecret string // name or ARN of the secret that holds the webhook's URL
	// AppSecret is the name or ARN of the secret that holds {"bot_token": "xoxb-…", "signing_secret": "…"}. Either it or
	// WebhookSecret is set. Where the file gives a receiver a channel only, it is the default one's.
	AppSecret string
	Channel   string // the channel's ID, "C0123456789"; with the app only
}

// PagerDuty is a service's integration for Events API v2.
type PagerDuty struct{ KeySecret string } // name or ARN of the secret that holds the routing key

// A Route sends what matches to receivers. Empty conditions match everything.
type Route struct {
	Match
	To       []string // names of receivers; "default" is the default one
	Continue bool     // look at the next route too
	Pos      Position
}

// A Match selects incidents. All conditions that are set have to hold; of a list, one.
type Match struct {
	Severity   detect.Severity // this or graver; Inherit for every one
	Rules      []Name          // IDs or classes
	Accounts   []string
	OUs        []string          // an OU and all below it
	Tags       map[string]string // of the account; all of them
	Production *bool             // an account that is not listed is neither
}

// A Muting keeps what matches from being told until a time. Incidents are recorded and handled as ever. It mutes critical
// incidents only where its own Severity is critical.
type Muting struct {
	Match
	Until         time.Time
	Owner, Reason string
	Pos           Position
}

// Quiet is a time of every day in which what is less grave than Below waits for its end.
type Quiet struct {
	From, To time.Duration // since midnight in Zone; To may be the smaller
	Zone     *time.Location
	Below    detect.Severity // High where nothing is said; never above Critical, which is always told
	Pos      Position
}

// Digest gathers what is less grave than Below into one message a day.
type Digest struct {
	At    time.Duration // since midnight in Zone
	Zone  *time.Location
	Below detect.Severity // Medium where nothing is said
	Pos   Position
}

// Answers says who may answer from Slack.
type Answers struct {
	Approvers []Approver
	TwoPeople []string // accounts in which a change that Riposte asked about, and an undo, take two approvers
}

// An Approver is a person who may answer.
type Approver struct {
	Slack    string   // the user's ID in Slack, "U0123456789"
	Name     string   // for the history
	Accounts []string // where they may; empty for everywhere
	Pos      Position
}
