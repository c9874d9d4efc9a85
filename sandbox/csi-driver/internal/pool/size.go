package pool

import (
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	// DefaultBytes is the size of a volume for which none was asked.
	DefaultBytes = int64(1) << 30
	// MinimumBytes is the least a volume gets: an empty file system tree needs some of it.
	MinimumBytes = int64(4) << 20
)

// SizeRange is what a caller asked for, in bytes; 0 leaves a bound open.
type SizeRange struct {
	Required int64
	Limit    int64
}

// Choose returns the smallest size that satisfies the range and is no less than floor, or OutOfRange. preferred is taken where no size
// is required.
func (s SizeRange) Choose(preferred, floor int64) (int64, error) {
	if s.Required < 0 || s.Limit < 0 {
		return 0, status.Errorf(codes.OutOfRange, "a size can't be negative: %s", s)
	}
	bytes := s.Required
	if bytes == 0 {
		bytes = preferred
		if s.Limit > 0 {
			bytes = min(bytes, s.Limit)
		}
	}
	floor = max(floor, MinimumBytes)
	bytes = max(bytes, floor)
	if s.Limit > 0 && bytes > s.Limit {
		return 0, status.Errorf(codes.OutOfRange, "no size is %s: this volume needs %d bytes or more", s, max(s.Required, floor))
	}
	return bytes, nil
}

// Allows tells whether a volume of that size is what was asked for.
func (s SizeRange) Allows(bytes int64) bool {
	return bytes >= s.Required && (s.Limit == 0 || bytes <= s.Limit)
}

func (s SizeRange) String() string {
	if s.Limit == 0 {
		return fmt.Sprintf("at least %d bytes", s.Required)
	}
	return fmt.Sprintf("at least %d and at most %d bytes", s.Required, s.Limit)
}
