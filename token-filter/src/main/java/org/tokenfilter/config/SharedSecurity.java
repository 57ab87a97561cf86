package org.tokenfilter.config;

import jakarta.servlet.ServletContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.ConfigurationKey.Scope;

/**
 * The TokenSecurity that the filters and servlets of an application share, kept in the
 * ServletContext. The first filter or servlet creates it, unless the application has registered its
 * own. The last one closes it, unless the application owns it. Thread-safe.
 */
final class SharedSecurity {

  private static final String ATTRIBUTE = TokenSecurity.class.getName();

  private final ServletContext context;
  private final TokenSecurity security;
  private final boolean ownedByApplication;

  /** The number of filters and servlets that use it. Guarded by the context. */
  private int handleCount;

  private SharedSecurity(ServletContext context, TokenSecurity security, boolean handedIn) {
    this.context = context;
    this.security = security;
    this.ownedByApplication = handedIn;
  }

  /**
   * Returns the shared security of an application.
   *
   * @throws IllegalStateException if no filter or servlet has been started yet
   */
  static SharedSecurity of(ServletContext context) {
    if (context.getAttribute(ATTRIBUTE) instanceof SharedSecurity existing) {
      return existing;
    }
    throw new IllegalStateException("no token filter has been started in this application");
  }

  /**
   * Registers the security that an application has created, for its filters and servlets. Has no
   * effect if one of them has been started already.
   */
  static void register(ServletContext context, TokenSecurity security) {
    synchronized (context) {
      if (!(context.getAttribute(ATTRIBUTE) instanceof SharedSecurity existing)
          || existing.handleCount == 0) {
        context.setAttribute(ATTRIBUTE, new SharedSecurity(context, security, true));
      }
    }
  }

  /**
   * Acquires the shared security for a filter or servlet. Each call must be matched by {@link
   * #release}.
   *
   * @param name the name of the filter or servlet
   * @param given the security that the application passed to it; null for none
   * @throws ConfigurationException if the settings are wrong, or another security is shared already
   */
  static SharedSecurity acquire(
      ServletContext context,
      String name,
      Map<String, String> initParams,
      @Nullable TokenSecurity given) {
    synchronized (context) {
      SharedSecurity existing =
          context.getAttribute(ATTRIBUTE) instanceof SharedSecurity known ? known : null;
      if (existing == null) {
        existing =
            given == null
                ? new SharedSecurity(context, create(context, initParams), false)
                : new SharedSecurity(context, given, true);
      } else if (given != null && existing.security != given) {
        throw new ConfigurationException(
            List.of(
                "the application has a TokenSecurity already, but "
                    + name
                    + " was given another one; create one and give it to all of them"));
      }
      context.setAttribute(ATTRIBUTE, existing);
      existing.handleCount++;
      return existing;
    }
  }

  private static TokenSecurity create(ServletContext context, Map<String, String> initParams) {
    try {
      return TokenSecurity.from(context, applicationSettings(initParams));
    } catch (ConfigurationException e) {
      // Mistakes in settings of the filter's own are reported together with the others.
      List<String> wrong = new ArrayList<>();
      new Configuration(ConfigurationSources.of(initParams, Map.of()), wrong);
      wrong.addAll(0, e.problems());
      throw new ConfigurationException(wrong.stream().distinct().toList());
    }
  }

  /** Drops filter-scoped settings: the public paths of the first filter are not those of all. */
  private static Map<String, String> applicationSettings(Map<String, String> initParams) {
    Map<String, String> shared = new HashMap<>(initParams);
    shared.keySet().removeIf(SharedSecurity::isFilterScoped);
    return shared;
  }

  private static boolean isFilterScoped(String key) {
    ConfigurationKey known = ConfigurationKey.of(key);
    return known != null && known.scope() == Scope.FILTER;
  }

  /** Reports settings of the whole application that a filter or servlet sets to another value. */
  void checkSameValues(Configuration settings, Map<String, String> initParams, List<String> wrong) {
    for (String key : initParams.keySet()) {
      if (!isFilterScoped(key) && !security.configuration().hasSameValue(settings, key)) {
        wrong.add(key + " holds for the whole application, but is set to different values");
      }
    }
  }

  TokenSecurity security() {
    return security;
  }

  /** Releases a filter's or servlet's share; the last one closes what was created for it. */
  void release() {
    synchronized (context) {
      handleCount--;
      if (handleCount == 0) {
        context.removeAttribute(ATTRIBUTE);
        if (!ownedByApplication) {
          security.close();
        }
      }
    }
  }
}
