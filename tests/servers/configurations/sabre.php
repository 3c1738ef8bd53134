<?php
// Debian's php-sabre-dav 1.8.12 as its own server; the folder comes in SAFE_ROOT.
error_reporting(E_ALL & ~E_DEPRECATED & ~E_WARNING & ~E_NOTICE);
ini_set('display_errors', '0');
date_default_timezone_set('UTC');
require_once '/usr/share/php/Sabre/autoload.php';

class OneUser extends Sabre\DAV\Auth\Backend\AbstractBasic
{
    protected function validateUserPass($user, $password)
    {
        return $user === 'safe' && $password === 's3cret-loopback';
    }
}

$server = new Sabre\DAV\Server(new Sabre\DAV\FSExt\Directory(getenv('SAFE_ROOT')));
$server->setBaseUri('/');
$server->addPlugin(new Sabre\DAV\Auth\Plugin(new OneUser(), 'Threema Safe'));
$server->addPlugin(new Sabre\DAV\Browser\Plugin());
$server->exec();
