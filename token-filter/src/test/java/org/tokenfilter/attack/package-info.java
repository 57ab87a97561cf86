/**
 * The catalogue of attacks, case by case, over HTTP: each row sends bytes to an application on a
 * real container and looks at the answer, at how often the protected servlet ran, and at the log.
 * Start with {@link org.tokenfilter.attack.Row}.
 */
@NullMarked
package org.tokenfilter.attack;

import org.jspecify.annotations.NullMarked;
