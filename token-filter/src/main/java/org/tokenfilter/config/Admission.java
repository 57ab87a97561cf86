package org.tokenfilter.config;

import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenId;

/**
 * What was decided about a request, in an attribute of the request, which no client can set. Who
 * ends a request's token finds here which one that is, however it came.
 */
public interface Admission {

  /** The name of the attribute. */
  String ATTRIBUTE = "org.tokenfilter.filter.Decision";

  /** Whose decision it is: another application decides for itself. */
  TokenSecurity security();

  /** The handle of the token that the request was admitted with; null if it was refused. */
  @Nullable TokenId admitted();
}
