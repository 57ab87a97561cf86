package org.tokenfilter.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The sign of life of one background task. Nothing in it is secret: of a failure it holds the class
 * and no message.
 *
 * @param name {@code uses} (writes the uses of tokens), {@code ends} (asks what has ended on other
 *     nodes), {@code sweep} (sweeps the store), {@code keys} and {@code accounts} (look at the key
 *     file and the account file), {@code closings} (closes sessions whose closing failed), {@code
 *     listeners} (tells the application's listeners)
 * @param sinceSuccess how long ago it last succeeded; null if it has not yet
 * @param sinceFailure how long ago it last failed; null if it never did
 * @param failure the simple name of the class that the last failure was; null if there was none
 * @param failures how often it has failed since the start
 * @param overdue whether it should have succeeded by now and has not: for a minute and three times
 *     its interval; for the listeners, whether one event takes longer than a minute
 */
public record BackgroundTask(
    String name,
    @Nullable Duration sinceSuccess,
    @Nullable Duration sinceFailure,
    @Nullable String failure,
    long failures,
    boolean overdue) {}
