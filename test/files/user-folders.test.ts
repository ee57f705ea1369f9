import { describe, expect, test } from '@jest/globals';
import { dataFolder } from '../../src/files/user-folders.js';

describe('the folders of the user', () => {
  test.each([
    ['linux', {}, '/home/a/.local/share/lazycred'],
    ['linux', { XDG_DATA_HOME: '/d' }, '/d/lazycred'],
    ['linux', { XDG_DATA_HOME: 'd' }, '/home/a/.local/share/lazycred'],
    ['darwin', { XDG_DATA_HOME: '/d' }, '/home/a/Library/Application Support/lazycred'],
  ])('%s with %j', (platform, env, data) => {
    expect(dataFolder({ cwd: '/', home: '/home/a', env, platform })).toBe(data);
  });

  test('Windows', () => {
    const around = { cwd: 'C:\\', home: 'C:\\Users\\a', env: {}, platform: 'win32' };
    expect(dataFolder(around)).toBe('C:\\Users\\a\\AppData\\Local\\lazycred');
    expect(dataFolder({ ...around, env: { LOCALAPPDATA: 'D:\\L' } })).toBe('D:\\L\\lazycred');
  });

  test('without a home folder', () => {
    expect(dataFolder({ cwd: '/', env: { HOME: '/h' }, platform: 'linux' })).toBe('/h/.local/share/lazycred');
    expect(dataFolder({ cwd: '/', env: { XDG_DATA_HOME: '/d' }, platform: 'linux' })).toBe('/d/lazycred');
    for (const HOME of [undefined, '', 'relative']) {
      expect(() => dataFolder({ cwd: '/', env: { HOME }, platform: 'linux' })).toThrow(
        expect.objectContaining({
          code: 'ERR_CONFIG',
          message: 'no home folder: HOME is not an absolute path',
        }),
      );
    }
  });
});
