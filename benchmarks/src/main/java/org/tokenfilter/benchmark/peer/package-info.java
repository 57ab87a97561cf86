/**
 * The protection of an application: this library, and others that are used instead, each in its
 * ordinary configuration. Start with {@link org.tokenfilter.benchmark.peer.Peer}.
 */
@NullMarked
package org.tokenfilter.benchmark.peer;

import org.jspecify.annotations.NullMarked;
