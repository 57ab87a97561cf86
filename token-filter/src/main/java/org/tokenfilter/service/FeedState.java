package org.tokenfilter.service;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a node knows of tokens that ended elsewhere.
 *
 * @param fresh whether it has heard of them lately enough to answer from memory; else each request
 *     reads the store
 * @param age how long ago the last question was begun whose answer was applied; null for none yet
 */
public record FeedState(boolean fresh, @Nullable Duration age) {}
