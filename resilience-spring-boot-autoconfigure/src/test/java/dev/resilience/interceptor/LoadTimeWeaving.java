package dev.resilience.interceptor;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;

import org.aspectj.weaver.loadtime.Aj;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Runs the tests of a class in a copy of it that AspectJ has woven while it was loaded,
 * as its agent would.
 */
final class LoadTimeWeaving implements InvocationInterceptor {

	private static final String OURS = "dev.resilience.";

	// a weaver is slow to start
	private static final ClassLoader WEAVING = new WeavingLoader();

	@Override
	public void interceptTestMethod(Invocation<Void> invocation, ReflectiveInvocationContext<Method> test,
			ExtensionContext extension) throws Throwable {
		invocation.skip();
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		thread.setContextClassLoader(WEAVING);
		try {
			Class<?> woven = WEAVING.loadClass(test.getTargetClass().getName());
			Constructor<?> constructor = woven.getDeclaredConstructor();
			constructor.setAccessible(true);
			Method method = woven.getDeclaredMethod(test.getExecutable().getName(),
					test.getExecutable().getParameterTypes());
			method.setAccessible(true);
			method.invoke(constructor.newInstance(), test.getArguments().toArray());
		}
		catch (InvocationTargetException ex) {
			throw ex.getCause();
		}
		finally {
			thread.setContextClassLoader(before);
		}
	}

	private static URL[] classPath() {
		List<URL> urls = new ArrayList<>();
		for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
			try {
				urls.add(new File(entry).toURI().toURL());
			}
			catch (MalformedURLException ex) {
				throw new UncheckedIOException(ex);
			}
		}
		return urls.toArray(URL[]::new);
	}

	/**
	 * Has our classes of its own, and shares all others with the tests.
	 */
	private static final class WeavingLoader extends URLClassLoader {

		private final Aj weaver = new Aj();

		WeavingLoader() {
			super(classPath(), LoadTimeWeaving.class.getClassLoader());
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (!name.startsWith(OURS)) {
				return super.loadClass(name, resolve);
			}
			synchronized (getClassLoadingLock(name)) {
				Class<?> loaded = findLoadedClass(name);
				return (loaded != null) ? loaded : findClass(name);
			}
		}

		@Override
		protected Class<?> findClass(String name) throws ClassNotFoundException {
			try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
				if (file == null) {
					throw new ClassNotFoundException(name);
				}
				byte[] bytes = file.readAllBytes();
				byte[] woven = this.weaver.preProcess(name, bytes, this, null);
				bytes = (woven != null) ? woven : bytes;
				return defineClass(name, bytes, 0, bytes.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

	}

}
