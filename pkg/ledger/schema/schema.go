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
