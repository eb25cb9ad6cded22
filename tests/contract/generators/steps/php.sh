# shellcheck shell=bash
# Every file is loaded, with the HTTP library of the operating system.

cd "$1"
php -r '
require "/usr/share/php/GuzzleHttp/autoload.php";
spl_autoload_register(function ($class) {
    $file = "lib/" . strtr(substr($class, strlen("OpenAPI\\Client\\")), "\\", "/") . ".php";
    if (is_file($file)) require_once $file;
});
set_error_handler(function ($level, $message) { throw new ErrorException($message); });
foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator("lib")) as $file) {
    if ($file->getExtension() === "php") require_once $file->getPathname();
}
exit(class_exists("OpenAPI\\Client\\Api\\AgentsApi") ? 0 : 1);
'
