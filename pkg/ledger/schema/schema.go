// Package schema names what the ledger's DynamoDB table consists of, as data, so that the infrastructure and the store
// cannot differ.
package schema

// The table's keys, its time-to-live attribute and its one index. Every record has the keys; only incidents are in the
// index, which lists them by the time they were received and projects all attributes. All keys are strings.
const (
	PartitionKey  = "pk"
	SortKey       = "sk"
	TimeToLive    = "expires" // seconds since 1970
	FeedIndex     = "feed"
	FeedPartition = "feed_pk"
	FeedSort      = "feed_sk"
)

// SlotPartition is the partition that holds a family of slots. Their keys are the sort keys.
func SlotPartition(family string) string { return "slot#" + family }

// The families of slots.
const (
	Cards      = "slack-card" // where an incident's message was posted
	Pending    = "pending"    // messages of a burst that are told together
	Quiet      = "quiet"      // messages that wait for the end of quiet hours
	Digest     = "digest"     // messages that wait for the daily digest
	Told       = "told"       // messages of a burst that are told singly, and could not be told yet
	Waiting    = "waiting"    // containments that wait for a person, who is to be reminded
	Exceptions = "exception"  // exceptions that people made at run time
	Answers    = "answer"     // requests and answers from Slack that were taken
	Approvals  = "approval"   // the first of two approvals, and answers that are being carried out
)
