package org.tokenfilter.store.tck;

import java.lang.reflect.Method;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestWatcher;
import org.tokenfilter.store.TokenStoreException;

/**
 * The report of the clauses: each failure begins with its clause, and a class of which every test
 * was skipped fails.
 */
final class ClauseReport
    implements BeforeAllCallback, AfterAllCallback, InvocationInterceptor, TestWatcher {

  private static final Namespace NAMESPACE = Namespace.create(ClauseReport.class);

  /** The exception of a skipped test, of a library that the kit needs for nothing else. */
  private static final String SKIPPED = "org.opentest4j.TestAbortedException";

  private static final String A_CALL_THREW =
      " Here a call of the store threw, so look at its cause first. If it is a wait that was too"
          + " short for a hundred callers at once, or for the size of the pool, then the clause was"
          + " not violated, but it was not tested either: use a longer timeout.";

  @Override
  public void beforeAll(ExtensionContext context) {
    if (isOutermost(context)) {
      context.getStore(NAMESPACE).put(AtomicInteger.class, new AtomicInteger());
    }
  }

  @Override
  public void interceptTestMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> invocationContext,
      ExtensionContext context)
      throws Throwable {
    Optional<Clause> clause = Clause.ofTest(invocationContext.getExecutable().getName());
    try {
      invocation.proceed();
    } catch (Exception | AssertionError failure) {
      if (clause.isEmpty() || failure.getClass().getName().equals(SKIPPED)) {
        throw failure;
      }
      throw new AssertionError(describe(clause.get(), failure), failure);
    }
  }

  @Override
  public void testSuccessful(ExtensionContext context) {
    executed(context).incrementAndGet();
  }

  @Override
  public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
    executed(context).incrementAndGet();
  }

  /** Fails the class if all of its tests were skipped. */
  @Override
  public void afterAll(ExtensionContext context) {
    if (isOutermost(context)
        && context.getExecutionException().isEmpty()
        && executed(context).get() == 0) {
      throw new AssertionError(
          "no clause was executed: every test of %s was skipped. A contract that was not run proves"
                  .formatted(context.getDisplayName())
              + " nothing; make the data of the store available, or disable the class.");
    }
  }

  private static boolean isOutermost(ExtensionContext context) {
    return !context.getRequiredTestClass().isAnnotationPresent(Nested.class);
  }

  private static AtomicInteger executed(ExtensionContext context) {
    return context
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(
            AtomicInteger.class, none -> new AtomicInteger(), AtomicInteger.class);
  }

  private static String describe(Clause clause, Throwable failure) {
    return clause.described()
        + (isFromStore(failure) ? A_CALL_THREW : "")
        + System.lineSeparator()
        + (failure instanceof AssertionError ? failure.getMessage() : failure);
  }

  /** Returns whether a call of the store threw, in this thread or in one of a race. */
  private static boolean isFromStore(Throwable failure) {
    Throwable cause = failure;
    while (cause != null && !(cause instanceof TokenStoreException)) {
      cause = cause.getCause();
    }
    return cause != null;
  }
}
