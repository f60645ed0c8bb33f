package dev.resilience.interceptor;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.asm.ClassReader;
import org.springframework.util.ClassUtils;

/**
 * Reads from a class file which methods the class calls on {@code this}. Other classes
 * are not read, inner and anonymous ones neither.
 */
final class SelfCallReader {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	// what stands in front of a name and a type in the constants of a class
	private static final int NAME_AND_TYPE = 12;

	private SelfCallReader() {
	}

	/**
	 * Read a class.
	 * @param type the class
	 * @param names the called methods that matter
	 * @return the calls; none if there is no class file that could be read, as for a
	 * class that was generated, or in a native image
	 */
	static List<SelfCall> read(Class<?> type, Set<String> names) {
		ClassLoader loader = type.getClassLoader();
		String resource = ClassUtils.convertClassNameToResourcePath(type.getName()) + ClassUtils.CLASS_FILE_SUFFIX;
		try (InputStream file = (loader != null) ? loader.getResourceAsStream(resource) : null) {
			if (file == null) {
				logger.debug("{} has no class file that could be searched for calls of its own methods", type);
				return List.of();
			}
			ClassReader bytes = new ClassReader(file);
			return mentions(bytes, names) ? new SelfCallCollector(names).collect(bytes) : List.of();
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("The class file of {} cannot be searched for calls of its own methods", type, ex);
			return List.of();
		}
	}

	// most classes call nothing of such a name: their constants tell, without their code
	private static boolean mentions(ClassReader bytes, Set<String> names) {
		char[] buffer = new char[bytes.getMaxStringLength()];
		for (int i = 1; i < bytes.getItemCount(); i++) {
			int item = bytes.getItem(i);
			if (item > 0 && bytes.readByte(item - 1) == NAME_AND_TYPE
					&& names.contains(DefaultArguments.called(bytes.readUTF8(item, buffer)))) {
				return true;
			}
		}
		return false;
	}

}
