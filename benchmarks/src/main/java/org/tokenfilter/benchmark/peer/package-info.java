/**
 * What protects an application: this library, and what others use instead, each in its ordinary
 * configuration. Start with {@link org.tokenfilter.benchmark.peer.Peer}.
 */
@NullMarked
package org.tokenfilter.benchmark.peer;

import org.jspecify.annotations.NullMarked;
