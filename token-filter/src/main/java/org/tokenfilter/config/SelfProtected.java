package org.tokenfilter.config;

/**
 * A marker of servlets that check access themselves. The token filter passes their requests on. It
 * identifies them by the name of the matched servlet, never by comparing paths.
 *
 * <p>Internal: for the packages of this library only.
 */
public interface SelfProtected {}
