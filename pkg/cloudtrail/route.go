package cloudtrail

// A Route is what routing needs of a record. Its fields alias the record's bytes.
type Route struct {
	Source   []byte // eventSource
	Name     []byte // eventName without its API date
	Identity []byte // userIdentity.type
	Complete bool   // false where the scanner met something that only the full decoder can read
}
