package org.tokenfilter.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The health of one background task. It contains no secrets: of a failure it has the class name but
 * not the message.
 *
 * @param name {@code uses} (writes token renewals), {@code ends} (polls revocations of other
 *     nodes), {@code sweep} (sweeps the store), {@code keys} and {@code accounts} (check the key
 *     file and the account file for changes), {@code closings} (retries to close sessions), {@code
 *     listeners} (notifies the application's listeners)
 * @param sinceSuccess the time since the last success; null if there was none
 * @param sinceFailure the time since the last failure; null if there was none
 * @param failure the simple class name of the last failure; null if there was none
 * @param failures the number of failures since the start
 * @param overdue true if the task has been due for longer than one minute plus three times its
 *     interval without a success; for the listeners, if one event takes longer than a minute
 */
public record BackgroundTaskHealth(
    String name,
    @Nullable Duration sinceSuccess,
    @Nullable Duration sinceFailure,
    @Nullable String failure,
    long failures,
    boolean overdue) {}
