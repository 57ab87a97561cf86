/**
 * The catalogue of attacks over HTTP: each case sends bytes to an application on a real container
 * and checks the answer, the number of runs of the protected servlet, and the log. Start with
 * {@link org.tokenfilter.attack.AttackCase}.
 */
@NullMarked
package org.tokenfilter.attack;

import org.jspecify.annotations.NullMarked;
