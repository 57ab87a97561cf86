package org.tokenfilter.service;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The state of a node's feed of revocations that other nodes made.
 *
 * @param fresh whether the last applied poll is recent enough to answer from memory; if not, each
 *     request reads the store
 * @param age the time since the start of the last poll whose answer was applied; null for none yet
 */
public record RevocationFeedState(boolean fresh, @Nullable Duration age) {}
