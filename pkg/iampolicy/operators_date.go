package iampolicy

import (
	"strconv"
	"strings"
)

// An instant is a point in time, without a clock: the package reads no time package so that nobody asks it for now.
type instant struct {
	seconds int64 // since 1970
	nanos   int64
}

// parseInstant reads a date as policies write it: seconds since 1970, or a date of ISO 8601 as the W3C profiles it, from
// a year down to fractions of a second. A time of day needs its time zone.
func parseInstant(text string) (instant, bool) {
	if len(text) > 4 && strings.Trim(text, "0123456789.") == "" {
		return parseEpoch(text)
	}
	date, clock, hasClock := strings.Cut(text, "T")
	days, full, ok := parseDay(date)
	if !ok || hasClock && !full {
		return instant{}, false
	}
	at := instant{seconds: days * 86400}
	if !hasClock {
		return at, true
	}
	of, ok := parseClock(clock)
	return instant{at.seconds + of.seconds, of.nanos}, ok
}

func parseEpoch(text string) (instant, bool) {
	whole, fraction, has := strings.Cut(text, ".")
	const most = 12 // digits: seconds, and not milliseconds
	seconds, ok := digits(whole, 1, most)
	nanos, fine := parseFraction(fraction, has)
	return instant{seconds, nanos}, ok && fine
}

// digits reads a number of some number of digits.
func digits(text string, least, most int) (int64, bool) {
	if len(text) < least || len(text) > most || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

func parseFraction(text string, has bool) (int64, bool) {
	if !has {
		return 0, true
	}
	const most = 9
	n, ok := digits(text, 1, most)
	for range most - len(text) {
		n *= 10
	}
	return n, ok
}

// parseDay reads YYYY, YYYY-MM or YYYY-MM-DD into days since 1970. Full says that the day was written.
func parseDay(text string) (days int64, full, ok bool) {
	parts := strings.Split(text, "-")
	if len(parts) > 3 {
		return 0, false, false
	}
	year, ok := digits(parts[0], 4, 4)
	month, day := int64(1), int64(1)
	if ok && len(parts) > 1 {
		month, ok = digits(parts[1], 2, 2)
	}
	if ok && len(parts) > 2 {
		day, ok = digits(parts[2], 2, 2)
	}
	if !ok || month < 1 || month > 12 || day < 1 || day > daysOf(year, month) {
		return 0, false, false
	}
	return daysBefore(year) + daysInto(year, month) + day - 1, len(parts) == 3, true
}

func leap(year int64) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func daysOf(year, month int64) int64 {
	switch month {
	case 2:
		if leap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysInto returns the days of a year before a month.
func daysInto(year, month int64) (days int64) {
	for m := int64(1); m < month; m++ {
		days += daysOf(year, m)
	}
	return days
}

// daysBefore returns the days from 1970 to the start of a year, in the Gregorian calendar.
func daysBefore(year int64) int64 {
	const before1970 = 719162
	y := year - 1
	return 365*y + y/4 - y/100 + y/400 - before1970
}

// parseClock reads hh:mm, hh:mm:ss or hh:mm:ss.s and a time zone, Z, +hh:mm or +hhmm, into an offset from midnight UTC.
func parseClock(text string) (instant, bool) {
	zone := strings.IndexAny(text, "Z+-")
	if zone < 0 {
		return instant{}, false
	}
	shift, ok := parseZone(text[zone:])
	if !ok {
		return instant{}, false
	}
	whole, fraction, has := strings.Cut(text[:zone], ".")
	parts := strings.Split(whole, ":")
	if len(parts) < 2 || len(parts) > 3 || has && len(parts) == 2 {
		return instant{}, false
	}
	seconds, ok := parseHours(parts)
	nanos, fine := parseFraction(fraction, has)
	return instant{seconds - shift, nanos}, ok && fine
}

// parseHours reads hours, minutes and perhaps seconds.
func parseHours(parts []string) (int64, bool) {
	total, unit, limit := int64(0), int64(3600), int64(24)
	for _, part := range parts {
		n, ok := digits(part, 2, 2)
		if !ok || n >= limit {
			return 0, false
		}
		total += n * unit
		unit, limit = unit/60, 60
	}
	return total, true
}

func parseZone(text string) (int64, bool) {
	if text == "Z" {
		return 0, true
	}
	sign := int64(1)
	rest, signed := strings.CutPrefix(text, "-")
	if signed {
		sign = -1
	} else if rest, signed = strings.CutPrefix(text, "+"); !signed {
		return 0, false
	}
	plain := strings.Replace(rest, ":", "", 1)
	if len(plain) != 4 {
		return 0, false
	}
	shift, ok := parseHours([]string{plain[:2], plain[2:]})
	return sign * shift, ok
}
